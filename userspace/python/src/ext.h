/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hmacdev._ext, the part of the Python package that calls libhmacdev. It uses
 * the limited API of Python 3.11, so one file works with all later versions. It
 * needs an interpreter's lock: free-threaded Python cannot load it.
 */
#ifndef HMACDEV_PYTHON_EXT_H
#define HMACDEV_PYTHON_EXT_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API	0x030b0000
#include <Python.h>
#include <stdbool.h>
#include <hmacdev.h>

/* Calls with no more bytes keep the interpreter's lock, as in hashlib. */
#define SHORT	2047
/* A batch with no more entries and bytes keeps it, too. */
#define SHORT_BATCH	16

/* Each interpreter has its own module object, and so its own types. */
struct state {
	PyTypeObject *key;
	PyTypeObject *message;
	/* hmacdev._errors.error(errno, text) returns an exception. */
	PyObject *error;
	/* oneshot: the last algorithm that worked, which is loaded */
	char loaded[HMACDEV_NAME_LEN];
};

/*
 * An object of either type: a handle of libhmacdev. The interpreter's lock
 * guards the fields. If a handle is closed while other threads use it, the last
 * of them frees it.
 */
struct context {
	PyObject_HEAD
	struct hmacdev *h;
	/* The handle before context_replace(), until no call uses it */
	struct hmacdev *old;
	unsigned int users;
	bool closed;
	/* Two calls have run at the same time. */
	bool overlapped;
	/* fork_count() when users was last right */
	unsigned int forks;
	/* Message: fork_count() of the process that owns the running message */
	unsigned int owner;
	/* Message: size of the running message */
	uint64_t bytes;
};

/* module.c */

PyMODINIT_FUNC PyInit__ext(void);

struct state *type_state(PyTypeObject *type);

/*
 * Set the exception for a negative result of libhmacdev and return NULL. An
 * exception that is already set is kept.
 */
PyObject *raise_error(const struct state *state, int rc);

/* Check the number of arguments. If it is wrong, set TypeError. */
bool args_fit(const char *name, Py_ssize_t n, Py_ssize_t least,
	      Py_ssize_t most);

/* The number of forks between the process that loaded this and ours */
unsigned int fork_count(void);

/* context.c: what both types have */

/* Makes an object without a handle, which is closed. */
struct context *context_alloc(PyTypeObject *type);

/* Gives it a handle, which it owns. */
void context_open(struct context *c, struct hmacdev *h);

/* Makes an object that owns the handle. On failure, the handle is freed. */
PyObject *context_wrap(PyTypeObject *type, struct hmacdev *h);
void context_dealloc(struct context *c);

/* Gives it another handle. The old one is freed when no call uses it. */
void context_replace(struct context *c, struct hmacdev *h);

/* Returns the handle, or sets ValueError and returns NULL if it is closed. */
struct hmacdev *context_handle(struct context *c);

/*
 * Run a call of libhmacdev. If a signal interrupts it, run the handlers of
 * Python and then the call again. A long call does not hold the interpreter's
 * lock. The result is that of the call. If it is negative, raise_error() must
 * follow, or PyErr_Clear().
 */
int context_call(struct context *c, bool is_long,
		 int (*call)(struct hmacdev *h, void *args), void *args);

/* The same for a call that has no handle */
int free_call(bool is_long, int (*call)(void *args), void *args);

PyObject *context_error(struct context *c, int rc);
PyObject *context_close(struct context *c, PyObject *unused);
PyObject *context_enter(struct context *c, PyObject *unused);
PyObject *context_exit(struct context *c, PyObject *args);
PyObject *context_fileno(struct context *c, PyObject *unused);
PyObject *context_refuse_pickle(struct context *c, PyObject *unused);
PyObject *context_closed(struct context *c, void *unused);
PyObject *context_digest_size(struct context *c, void *unused);
PyObject *context_block_size(struct context *c, void *unused);
PyObject *context_tag_size(struct context *c, void *unused);

/* key.c */

extern PyType_Spec key_spec;

/* Makes a running message with the key of a context. */
PyObject *key_message(struct context *key, PyObject *unused);

/* create.c: the ways to get a key */

PyObject *key_new(PyTypeObject *type, PyObject *args);
PyObject *key_from_fd(PyTypeObject *type, PyObject *fd);
PyObject *key_from_env(PyTypeObject *type, PyObject *args);

/* batch.c */

PyObject *key_batch(struct context *c, PyObject *entries);

/* message.c */

extern PyType_Spec message_spec;

/* message(algorithm, key): a running message with a key from memory */
PyObject *message_new(PyObject *module, PyObject *args);

#endif /* HMACDEV_PYTHON_EXT_H */
