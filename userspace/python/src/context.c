// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>

#include "ext.h"

struct context *context_alloc(PyTypeObject *type)
{
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	struct context *c = (struct context *)alloc(type, 0);

	if (c)
		c->closed = true;
	return c;
}

void context_open(struct context *c, struct hmacdev *h)
{
	c->h = h;
	c->closed = false;
	c->forks = fork_count();
	c->owner = c->forks;
}

PyObject *context_wrap(PyTypeObject *type, struct hmacdev *h)
{
	struct context *c = context_alloc(type);

	if (c)
		context_open(c, h);
	else
		hmacdev_free(h);
	return (PyObject *)c;
}

void context_dealloc(struct context *c)
{
	PyTypeObject *type = Py_TYPE(&c->ob_base);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

	hmacdev_free(c->h);
	hmacdev_free(c->old);
	release(c);
	Py_DECREF(type);
}

struct hmacdev *context_handle(struct context *c)
{
	if (!c->closed)
		return c->h;
	PyErr_SetString(PyExc_ValueError, "the key or message is closed");
	return NULL;
}

PyObject *context_error(struct context *c, int rc)
{
	const struct state *state;

	/* type_state() would clear it. */
	if (PyErr_Occurred())
		return NULL;
	state = type_state(Py_TYPE(&c->ob_base));
	return state ? raise_error(state, rc) : NULL;
}

static void free_old(struct context *c)
{
	hmacdev_free(c->old);
	c->old = NULL;
}

void context_replace(struct context *c, struct hmacdev *h)
{
	c->old = c->h;
	c->h = h;
	if (!c->users)
		free_old(c);
}

/* After fork(2), the threads that used the handle are not in this process. */
static struct hmacdev *hold(struct context *c)
{
	struct hmacdev *h = context_handle(c);

	if (!h)
		return NULL;
	if (c->forks != fork_count()) {
		c->forks = fork_count();
		c->users = 0;
		free_old(c);
	}
	if (c->users++)
		c->overlapped = true;
	return h;
}

static void release(struct context *c)
{
	if (--c->users)
		return;
	free_old(c);
	if (c->closed) {
		hmacdev_free(c->h);
		c->h = NULL;
	}
}

/* A handler can close the object, or fork, so it is not held meanwhile. */
int context_call(struct context *c, bool is_long,
		 int (*call)(struct hmacdev *h, void *args), void *args)
{
	struct hmacdev *h;
	int rc;

	do {
		PyThreadState *lock = NULL;

		h = hold(c);
		if (!h)
			return -EBADF;
		if (is_long)
			lock = PyEval_SaveThread();
		rc = call(h, args);
		if (lock)
			PyEval_RestoreThread(lock);
		release(c);
	} while (rc == -EINTR && !PyErr_CheckSignals());
	return rc;
}

int free_call(bool is_long, int (*call)(void *args), void *args)
{
	int rc;

	do {
		PyThreadState *lock = is_long ? PyEval_SaveThread() : NULL;

		rc = call(args);
		if (lock)
			PyEval_RestoreThread(lock);
	} while (rc == -EINTR && !PyErr_CheckSignals());
	return rc;
}

PyObject *context_close(struct context *c, PyObject *Py_UNUSED(unused))
{
	if (!c->closed) {
		/* hold() counts the calls that run, and none after a fork. */
		hold(c);
		c->closed = true;
		release(c);
	}
	Py_RETURN_NONE;
}

PyObject *context_enter(struct context *c, PyObject *Py_UNUSED(unused))
{
	if (!context_handle(c))
		return NULL;
	return Py_NewRef((PyObject *)c);
}

PyObject *context_exit(struct context *c, PyObject *Py_UNUSED(args))
{
	return context_close(c, NULL);
}

PyObject *context_fileno(struct context *c, PyObject *Py_UNUSED(unused))
{
	struct hmacdev *h = context_handle(c);

	return h ? PyLong_FromLong(hmacdev_fd(h)) : NULL;
}

PyObject *context_refuse_pickle(struct context *c, PyObject *Py_UNUSED(unused))
{
	PyErr_Format(PyExc_TypeError,
		     "cannot pickle %R: its key is in the kernel; pass the descriptor instead",
		     (PyObject *)c);
	return NULL;
}

PyObject *context_closed(struct context *c, void *Py_UNUSED(unused))
{
	return PyBool_FromLong(c->closed);
}

static PyObject *size(struct context *c, size_t (*get)(const struct hmacdev *h))
{
	struct hmacdev *h = context_handle(c);

	return h ? PyLong_FromSize_t(get(h)) : NULL;
}

PyObject *context_digest_size(struct context *c, void *Py_UNUSED(unused))
{
	return size(c, hmacdev_digest_size);
}

PyObject *context_block_size(struct context *c, void *Py_UNUSED(unused))
{
	return size(c, hmacdev_block_size);
}

PyObject *context_tag_size(struct context *c, void *Py_UNUSED(unused))
{
	return size(c, hmacdev_tag_size);
}
