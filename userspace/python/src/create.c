// SPDX-License-Identifier: LGPL-2.1-or-later
/* The ways to get a key. The Python layer calls these with checked types. */
#include <errno.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ext.h"

struct new_args {
	const char *alg;
	/* KEYRING: type and description of the key, or NULL for its serial */
	const char *type;
	const char *description;
	struct hmacdev_options options;
	struct hmacdev *h;
};

static int find_and_open(struct new_args *a)
{
	if (a->type) {
		long serial = syscall(SYS_request_key, a->type, a->description,
				      NULL, 0);

		if (serial < 0)
			return -errno;
		a->options.serial = (int32_t)serial;
	}
	return hmacdev_new_opts(&a->h, a->alg, &a->options);
}

static long link_user_keyring(int op)
{
	return syscall(SYS_keyctl, op, KEY_SPEC_USER_KEYRING,
		       KEY_SPEC_THREAD_KEYRING, 0, 0);
}

/*
 * A thread may use the keys that it finds from its own keyrings, and the user
 * keyring is not linked in every session. If the key is not found without it,
 * link it to the thread's keyring for the time of a second attempt.
 */
static int call_new(void *args)
{
	struct new_args *a = args;
	int rc = find_and_open(a);

	if (a->options.source != HMACDEV_KEY_KEYRING ||
	    (rc != -ENOKEY && rc != -EACCES))
		return rc;
	if (link_user_keyring(KEYCTL_LINK) < 0)
		return rc;
	rc = find_and_open(a);
	link_user_keyring(KEYCTL_UNLINK);
	return rc;
}

/*
 * The object is allocated first. So nothing fails after the call has taken a
 * descriptor over, and the caller of from_fd() owns it whenever that fails.
 */
static PyObject *create(PyTypeObject *type, int (*call)(void *args), void *args,
			struct hmacdev **h)
{
	const struct state *state = type_state(type);
	struct context *c = state ? context_alloc(type) : NULL;
	int rc;

	if (!c)
		return NULL;
	rc = free_call(true, call, args);
	if (rc < 0) {
		raise_error(state, rc);
		Py_DECREF(c);
		return NULL;
	}
	context_open(c, *h);
	return (PyObject *)c;
}

PyObject *key_new(PyTypeObject *type, PyObject *args)
{
	struct new_args a = { .options.size = sizeof(a.options) };
	struct hmacdev_options *o = &a.options;
	Py_ssize_t tag_size;
	Py_ssize_t key_size;
	PyObject *bytes;
	PyObject *key;
	Py_buffer view = { .buf = NULL };

	if (!PyArg_ParseTuple(args, "sInzIOnizz", &a.alg, &o->rights, &tag_size,
			      &o->device, &o->source, &bytes, &key_size,
			      &o->serial, &a.type, &a.description))
		return NULL;
	o->tag_len = (size_t)tag_size;
	o->key_len = (size_t)key_size;
	if (o->source == HMACDEV_KEY_BYTES) {
		if (PyObject_GetBuffer(bytes, &view, PyBUF_SIMPLE) < 0)
			return NULL;
		o->key = view.buf;
		o->key_len = (size_t)view.len;
	}
	key = create(type, call_new, &a, &a.h);
	if (view.obj)
		PyBuffer_Release(&view);
	return key;
}

struct passed_args {
	int fd;
	const char *name;
	struct hmacdev *h;
};

static int call_from_fd(void *args)
{
	struct passed_args *a = args;

	return hmacdev_from_fd(&a->h, a->fd);
}

static int call_from_env(void *args)
{
	struct passed_args *a = args;

	return hmacdev_from_env(&a->h, a->name);
}

PyObject *key_from_fd(PyTypeObject *type, PyObject *fd)
{
	struct passed_args a;
	long number = PyLong_AsLong(fd);

	if (PyErr_Occurred())
		return NULL;
	if (number < INT_MIN || number > INT_MAX) {
		PyErr_SetString(PyExc_OverflowError,
				"the descriptor does not fit into an int");
		return NULL;
	}
	a.fd = (int)number;
	return create(type, call_from_fd, &a, &a.h);
}

PyObject *key_from_env(PyTypeObject *type, PyObject *args)
{
	struct passed_args a;

	if (!PyArg_ParseTuple(args, "z", &a.name))
		return NULL;
	return create(type, call_from_env, &a, &a.h);
}
