/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FUZZ_MESSAGES_H
#define _FUZZ_MESSAGES_H

/* The file and the pipe that messages come from */
int messages_init(void);

#endif /* _FUZZ_MESSAGES_H */
