// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Message: a running message with a key. It has the methods of the object that
 * the standard library's HMAC class has in its slot _hmac, and more.
 */
#include <errno.h>
#include <string.h>

#include "ext.h"

struct args {
	const char *alg;
	Py_buffer view;
	const char *from;
	size_t size;
	char made[2 * HMACDEV_TAG_MAX + 1];
	int fd;
	int64_t limit;
	bool file_failed;
	uint64_t appended;
	struct hmacdev_info info;
	struct hmacdev *h;
};

/* Makes a copy, and gets the size of the message that it has. */
static int call_copy(struct hmacdev *h, void *args)
{
	struct args *a = args;
	int rc = hmacdev_copy(h, &a->h);

	a->info.bytes = 0;
	if (rc == 0)
		hmacdev_info(a->h, &a->info, sizeof(a->info));
	return rc;
}

/*
 * After fork(2), parent and child share the open file, and so the running
 * message. A child that uses the object takes a copy of its own. If the copy
 * has another size than the message had at the fork, or the message is
 * finalized, the parent went on before. While this copies, another thread or a
 * signal handler can do all of it, or close the object.
 */
static bool own(struct context *c)
{
	struct args a = { .h = NULL };
	int rc;

	if (c->owner == fork_count() || c->closed)
		return true;
	rc = context_call(c, true, call_copy, &a);
	if (rc < 0 && rc != -EBADFD) {
		context_error(c, rc);
		return false;
	}
	if (c->owner == fork_count() || c->closed) {
		hmacdev_free(a.h);
		return true;
	}
	if (rc < 0 || a.info.bytes != c->bytes) {
		hmacdev_free(a.h);
		PyErr_SetString(PyExc_RuntimeError,
				"another process has used the message since fork()");
		return false;
	}
	context_replace(c, a.h);
	c->owner = fork_count();
	return true;
}

/* If the result is negative, an exception is set. */
static int run(struct context *c, int (*call)(struct hmacdev *h, void *args),
	       struct args *a)
{
	int rc;

	if (!own(c))
		return -ECHILD;
	rc = context_call(c, true, call, a);
	if (rc < 0)
		context_error(c, rc);
	return rc;
}

/*
 * Count what a call has appended. If calls overlap, one of them can count the
 * bytes of another, so only the kernel knows the sum. A message never shrinks.
 */
static void count(struct context *c, uint64_t appended)
{
	struct hmacdev_info info;

	if (!c->overlapped)
		c->bytes += appended;
	else if (!c->closed && !hmacdev_info(c->h, &info, sizeof(info)) &&
		 info.bytes > c->bytes)
		c->bytes = info.bytes;
}

static int call_update(struct hmacdev *h, void *args)
{
	const struct args *a = args;

	return hmacdev_update(h, a->from, a->size);
}

/* An update of that size is done or not, and so can be repeated. */
static int update(struct context *c, struct args *a)
{
	size_t left = (size_t)a->view.len;
	int rc;

	a->from = a->view.buf;
	do {
		a->size = left > HMACDEV_MSG_MAX ? HMACDEV_MSG_MAX : left;
		rc = run(c, call_update, a);
		if (rc < 0)
			return rc;
		count(c, a->size);
		left -= a->size;
		if (left)
			a->from += a->size;
	} while (left);
	return 0;
}

static PyObject *message_update(struct context *c, PyObject *msg)
{
	struct args a;
	int rc;

	if (PyObject_GetBuffer(msg, &a.view, PyBUF_SIMPLE) < 0)
		return NULL;
	rc = update(c, &a);
	PyBuffer_Release(&a.view);
	if (rc < 0)
		return NULL;
	Py_RETURN_NONE;
}

/*
 * If a signal comes or reading fails, some bytes may have been appended. The
 * sizes of the message before and after show how many.
 */
static int call_update_fd(struct hmacdev *h, void *args)
{
	struct args *a = args;
	struct hmacdev_info before = { .bytes = 0 };
	struct hmacdev_info after = { .bytes = 0 };
	int64_t n;

	hmacdev_info(h, &before, sizeof(before));
	n = hmacdev_update_fd(h, a->fd, a->limit, &a->file_failed);
	hmacdev_info(h, &after, sizeof(after));
	a->appended += n < 0 ? after.bytes - before.bytes : (uint64_t)n;
	return n < 0 ? (int)n : 0;
}

static PyObject *message_update_fd(struct context *c, PyObject *args)
{
	struct args a = { .limit = -1 };
	long long limit = -1;
	int rc;

	if (!PyArg_ParseTuple(args, "i|L", &a.fd, &limit) || !own(c))
		return NULL;
	a.limit = limit;
	rc = context_call(c, true, call_update_fd, &a);
	count(c, a.appended);
	if (rc < 0 && a.file_failed && !PyErr_Occurred()) {
		errno = -rc;
		return PyErr_SetFromErrno(PyExc_OSError);
	}
	if (rc < 0)
		return context_error(c, rc);
	return PyLong_FromUnsignedLongLong(a.appended);
}

static int call_digest(struct hmacdev *h, void *args)
{
	struct args *a = args;

	return hmacdev_digest(h, a->made, sizeof(a->made));
}

static int call_hexdigest(struct hmacdev *h, void *args)
{
	struct args *a = args;

	return hmacdev_hexdigest(h, a->made, sizeof(a->made));
}

static int call_finalize(struct hmacdev *h, void *args)
{
	struct args *a = args;

	return hmacdev_finalize(h, a->made, sizeof(a->made));
}

static PyObject *message_digest(struct context *c, PyObject *Py_UNUSED(unused))
{
	struct args a;
	int rc = run(c, call_digest, &a);

	return rc < 0 ? NULL : PyBytes_FromStringAndSize(a.made, rc);
}

static PyObject *message_hexdigest(struct context *c,
				   PyObject *Py_UNUSED(unused))
{
	struct args a;
	int rc = run(c, call_hexdigest, &a);

	return rc < 0 ? NULL : PyUnicode_FromStringAndSize(a.made, rc);
}

static PyObject *message_finalize(struct context *c,
				  PyObject *Py_UNUSED(unused))
{
	struct args a;
	int rc = run(c, call_finalize, &a);

	return rc < 0 ? NULL : PyBytes_FromStringAndSize(a.made, rc);
}

static int call_verify(struct hmacdev *h, void *args)
{
	const struct args *a = args;

	return hmacdev_verify(h, a->view.buf, (size_t)a->view.len);
}

static PyObject *message_verify(struct context *c, PyObject *tag)
{
	struct args a;
	int rc;

	if (PyObject_GetBuffer(tag, &a.view, PyBUF_SIMPLE) < 0)
		return NULL;
	rc = run(c, call_verify, &a);
	PyBuffer_Release(&a.view);
	if (rc < 0)
		return NULL;
	Py_RETURN_NONE;
}

static PyObject *message_copy(struct context *c, PyObject *Py_UNUSED(unused))
{
	struct args a;
	PyObject *other;

	if (run(c, call_copy, &a) < 0)
		return NULL;
	other = context_wrap(Py_TYPE(&c->ob_base), a.h);
	if (other)
		((struct context *)other)->bytes = a.info.bytes;
	return other;
}

/* Python's spelling: "hmac-sha3_256", "hmac-ripemd160" */
static PyObject *message_name(struct context *c, void *Py_UNUSED(unused))
{
	struct hmacdev *h = context_handle(c);
	char name[sizeof("hmac-ripemd160") + HMACDEV_NAME_LEN];
	char *dash;

	if (!h)
		return NULL;
	PyOS_snprintf(name, sizeof(name), "%s", hmacdev_name(h));
	if (!strcmp(name, "hmac-rmd160"))
		return PyUnicode_FromString("hmac-ripemd160");
	dash = strchr(name + strlen("hmac-"), '-');
	if (dash)
		*dash = '_';
	return PyUnicode_FromString(name);
}

static int call_new(void *args)
{
	struct args *a = args;

	return hmacdev_new(&a->h, a->alg, a->view.buf, (size_t)a->view.len);
}

PyObject *message_new(PyObject *module, PyObject *args)
{
	const struct state *state = PyModule_GetState(module);
	struct args a;
	int rc;

	if (!PyArg_ParseTuple(args, "sy*", &a.alg, &a.view))
		return NULL;
	rc = free_call(true, call_new, &a);
	PyBuffer_Release(&a.view);
	return rc < 0 ? raise_error(state, rc) :
			context_wrap(state->message, a.h);
}

#define F(function)	((PyCFunction)(void (*)(void))(function))

static PyMethodDef methods[] = {
	{ "update", F(message_update), METH_O,
	  "update(data, /)\n--\n\nAppend a bytes-like object of any size." },
	{ "update_fd", F(message_update_fd), METH_VARARGS,
	  "update_fd(fd, limit=-1, /)\n--\n\n"
	  "Append the bytes of a file, pipe or socket, up to limit or EOF.\n\n"
	  "Bytes of files and pipes do not pass through the process. Return their number.\n"
	  "Raise OSError if reading fails: some bytes may have been appended before. If\n"
	  "this is BlockingIOError, call again when the descriptor\n"
	  "has bytes." },
	{ "digest", F(message_digest), METH_NOARGS,
	  "digest()\n--\n\nReturn the tag. The message can be continued." },
	{ "hexdigest", F(message_hexdigest), METH_NOARGS,
	  "hexdigest()\n--\n\n"
	  "Return the tag in hexadecimal. The message can be continued." },
	{ "finalize", F(message_finalize), METH_NOARGS,
	  "finalize()\n--\n\nReturn the tag and end the message." },
	{ "verify", F(message_verify), METH_O,
	  "verify(tag, /)\n--\n\n"
	  "Raise TagMismatch unless this is the tag. Either way, end\n"
	  "the message." },
	{ "copy", F(message_copy), METH_NOARGS,
	  "copy()\n--\n\n"
	  "Return a second message that begins with the same bytes." },
	{ "close", F(context_close), METH_NOARGS,
	  "close()\n--\n\n"
	  "Close the descriptor. Calls that other threads have\n"
	  "started complete first." },
	{ "__enter__", F(context_enter), METH_NOARGS, NULL },
	{ "__exit__", F(context_exit), METH_VARARGS, NULL },
	{ "__reduce__", F(context_refuse_pickle), METH_NOARGS, NULL },
	{ NULL }
};

static PyGetSetDef properties[] = {
	{ "name", (getter)message_name, NULL,
	  "The name of the MAC in the standard library, such as\n"
	  "\"hmac-sha256\"", NULL },
	{ "tag_size", (getter)context_tag_size, NULL,
	  "The size of the tag, in bytes", NULL },
	{ "digest_size", (getter)context_digest_size, NULL,
	  "The size of the full digest, in bytes", NULL },
	{ "block_size", (getter)context_block_size, NULL,
	  "The size of the hash's block, in bytes", NULL },
	{ "closed", (getter)context_closed, NULL,
	  "Whether the message is closed", NULL },
	{ NULL }
};

static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)"A running message; see Key.message()" },
	{ Py_tp_dealloc, context_dealloc },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, properties },
	{ 0, NULL }
};

PyType_Spec message_spec = {
	.name = "hmacdev.Message",
	.basicsize = sizeof(struct context),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
		 Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots,
};
