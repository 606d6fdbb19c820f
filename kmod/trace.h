/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints. They record no bytes of a key, message or tag. A context and its
 * copies have the same key pointer, which is hashed when it is printed.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hmacdev

#if !defined(_HMACDEV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _HMACDEV_TRACE_H

#include <linux/tracepoint.h>

#include "hmacdev.h"

DECLARE_EVENT_CLASS(hmacdev_key,
	TP_PROTO(const struct hmacdev_key *key),
	TP_ARGS(key),
	TP_STRUCT__entry(
		__field(const void *, key)
		__field(unsigned int, tag_len)
		__array(char, alg, 16)
	),
	TP_fast_assign(
		__entry->key = key;
		__entry->tag_len = key->tag_len;
		strscpy(__entry->alg, key->alg->name, sizeof(__entry->alg));
	),
	TP_printk("key=%p alg=%s tag_len=%u", __entry->key, __entry->alg,
		  __entry->tag_len)
);

#define HMACDEV_EVENT(name)						\
	DEFINE_EVENT(hmacdev_key, hmacdev_##name,			\
		     TP_PROTO(const struct hmacdev_key *key), TP_ARGS(key))

HMACDEV_EVENT(new);
HMACDEV_EVENT(copy);
HMACDEV_EVENT(derive);
HMACDEV_EVENT(verify_failed);

#endif /* _HMACDEV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
