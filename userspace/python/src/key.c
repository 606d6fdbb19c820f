// SPDX-License-Identifier: LGPL-2.1-or-later
/* Key: calls with whole messages, which do not use the running message */
#include <errno.h>
#include <string.h>

#include "ext.h"

struct whole {
	Py_buffer msg;
	Py_buffer tag;
	unsigned char made[HMACDEV_TAG_MAX];
};

static int call_mac(struct hmacdev *h, void *args)
{
	struct whole *a = args;

	return hmacdev_mac(h, a->msg.buf, (size_t)a->msg.len, a->made,
			   sizeof(a->made));
}

static PyObject *key_sign(struct context *c, PyObject *msg)
{
	struct whole a;
	int rc;

	if (PyObject_GetBuffer(msg, &a.msg, PyBUF_SIMPLE) < 0)
		return NULL;
	rc = context_call(c, a.msg.len > SHORT, call_mac, &a);
	PyBuffer_Release(&a.msg);
	if (rc < 0)
		return context_error(c, rc);
	return PyBytes_FromStringAndSize((const char *)a.made, rc);
}

static int call_verify(struct hmacdev *h, void *args)
{
	const struct whole *a = args;

	return hmacdev_mac_verify(h, a->msg.buf, (size_t)a->msg.len,
				  a->tag.buf, (size_t)a->tag.len);
}

/* Returns what the call returns, or a negative number with an exception set. */
static int verify(struct context *c, PyObject *const *args)
{
	struct whole a;
	int rc;

	if (PyObject_GetBuffer(args[0], &a.msg, PyBUF_SIMPLE) < 0)
		return -EINVAL;
	if (PyObject_GetBuffer(args[1], &a.tag, PyBUF_SIMPLE) < 0) {
		PyBuffer_Release(&a.msg);
		return -EINVAL;
	}
	rc = context_call(c, a.msg.len > SHORT, call_verify, &a);
	PyBuffer_Release(&a.msg);
	PyBuffer_Release(&a.tag);
	return rc;
}

static PyObject *key_verify(struct context *c, PyObject *const *args,
			    Py_ssize_t n)
{
	int rc;

	if (!args_fit("verify", n, 2, 2))
		return NULL;
	rc = verify(c, args);
	if (rc < 0)
		return context_error(c, rc);
	Py_RETURN_NONE;
}

static PyObject *key_is_valid(struct context *c, PyObject *const *args,
			      Py_ssize_t n)
{
	int rc;

	if (!args_fit("is_valid", n, 2, 2))
		return NULL;
	rc = verify(c, args);
	if (rc == -EBADMSG)
		Py_RETURN_FALSE;
	if (rc < 0)
		return context_error(c, rc);
	Py_RETURN_TRUE;
}

struct child {
	const char *alg;
	Py_buffer label;
	struct hmacdev_options options;
	uint32_t rights;
	struct hmacdev *h;
};

static int call_derive(struct hmacdev *h, void *args)
{
	struct child *a = args;

	return hmacdev_derive_opts(h, a->alg, a->label.buf,
				   (size_t)a->label.len, &a->options, &a->h);
}

static PyObject *key_derive(struct context *c, PyObject *args)
{
	struct child a = { .options.size = sizeof(a.options) };
	Py_ssize_t tag_size;
	int rc;

	if (!PyArg_ParseTuple(args, "sy*In", &a.alg, &a.label,
			      &a.options.rights, &tag_size))
		return NULL;
	a.options.tag_len = (size_t)tag_size;
	rc = context_call(c, true, call_derive, &a);
	PyBuffer_Release(&a.label);
	if (rc < 0)
		return context_error(c, rc);
	return context_wrap(Py_TYPE(&c->ob_base), a.h);
}

static int call_copy(struct hmacdev *h, void *args)
{
	struct child *a = args;

	return hmacdev_copy_fresh(h, a->rights, &a->h);
}

static PyObject *copy_as(struct context *c, PyTypeObject *type, uint32_t rights)
{
	struct child a = { .rights = rights };
	int rc = context_call(c, true, call_copy, &a);

	return rc < 0 ? context_error(c, rc) : context_wrap(type, a.h);
}

static PyObject *key_copy(struct context *c, PyObject *args)
{
	unsigned int rights;

	if (!PyArg_ParseTuple(args, "I", &rights))
		return NULL;
	return copy_as(c, Py_TYPE(&c->ob_base), rights);
}

PyObject *key_message(struct context *key, PyObject *Py_UNUSED(unused))
{
	const struct state *state = type_state(Py_TYPE(&key->ob_base));

	return state ? copy_as(key, state->message, UINT32_MAX) : NULL;
}

static int call_restrict(struct hmacdev *h, void *args)
{
	const unsigned int *rights = args;

	return hmacdev_restrict(h, *rights);
}

static PyObject *key_restrict(struct context *c, PyObject *args)
{
	unsigned int rights;
	int rc;

	if (!PyArg_ParseTuple(args, "I", &rights))
		return NULL;
	rc = context_call(c, false, call_restrict, &rights);
	if (rc < 0)
		return context_error(c, rc);
	Py_RETURN_NONE;
}

static int call_info(struct hmacdev *h, void *args)
{
	return hmacdev_info(h, args, sizeof(struct hmacdev_info));
}

static PyObject *key_rights(struct context *c, void *Py_UNUSED(unused))
{
	struct hmacdev_info info;
	int rc = context_call(c, false, call_info, &info);

	if (rc < 0)
		return context_error(c, rc);
	return PyLong_FromUnsignedLong(info.rights);
}

static PyObject *key_algorithm(struct context *c, void *Py_UNUSED(unused))
{
	struct hmacdev *h = context_handle(c);

	if (!h)
		return NULL;
	return PyUnicode_FromString(hmacdev_name(h) + strlen("hmac-"));
}

#define F(function)	((PyCFunction)(void (*)(void))(function))

static PyMethodDef methods[] = {
	{ "_new", F(key_new), METH_VARARGS | METH_CLASS, NULL },
	{ "_from_fd", F(key_from_fd), METH_O | METH_CLASS, NULL },
	{ "_from_env", F(key_from_env), METH_VARARGS | METH_CLASS, NULL },
	{ "_derive", F(key_derive), METH_VARARGS, NULL },
	{ "_copy", F(key_copy), METH_VARARGS, NULL },
	{ "_restrict", F(key_restrict), METH_VARARGS, NULL },
	{ "sign", F(key_sign), METH_O,
	  "sign(message, /)\n--\n\n"
	  "Return the tag of a whole message: bytes of the size tag_size.\n\n"
	  "The message is a bytes-like object of at most 2,147,479,552 bytes; message()\n"
	  "takes longer ones. Raise RightError without the right SIGN." },
	{ "verify", F(key_verify), METH_FASTCALL,
	  "verify(message, tag, /)\n--\n\n"
	  "Raise TagMismatch unless this is the tag of the message.\n\n"
	  "The kernel compares in constant time. A tag of another size than tag_size\n"
	  "never matches. Raise RightError without the right VERIFY." },
	{ "is_valid", F(key_is_valid), METH_FASTCALL,
	  "is_valid(message, tag, /)\n--\n\n"
	  "Return whether this is the tag of the message, as\n"
	  "verify() checks it." },
	{ "batch", F(key_batch), METH_O,
	  "batch(entries, /)\n--\n\n"
	  "Sign and verify many whole messages, 1,024 in one system call.\n\n"
	  "An entry is a message, which is signed, or a tuple (message, tag), which is\n"
	  "verified. Return a list with the result of each entry: the tag, or whether\n"
	  "the tag is right. If another error occurs, raise it, and\n"
	  "return no result." },
	{ "message", F(key_message), METH_NOARGS,
	  "message()\n--\n\n"
	  "Return a new Message with this key, to which bytes can be appended.\n\n"
	  "Needs the right COPY, and a file descriptor of its own." },
	{ "fileno", F(context_fileno), METH_NOARGS,
	  "fileno()\n--\n\n"
	  "Return the file descriptor, to pass it to another process." },
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
	{ "algorithm", (getter)key_algorithm, NULL,
	  "The kernel's name of the algorithm, such as \"sha256\"", NULL },
	{ "_rights", (getter)key_rights, NULL, NULL, NULL },
	{ "tag_size", (getter)context_tag_size, NULL,
	  "The size of every tag, in bytes", NULL },
	{ "digest_size", (getter)context_digest_size, NULL,
	  "The size of the full digest, in bytes", NULL },
	{ "block_size", (getter)context_block_size, NULL,
	  "The size of the hash's block, in bytes", NULL },
	{ "closed", (getter)context_closed, NULL,
	  "Whether the key is closed", NULL },
	{ NULL }
};

static PyType_Slot slots[] = {
	{ Py_tp_doc, (void *)"The base class of hmacdev.Key" },
	{ Py_tp_dealloc, context_dealloc },
	{ Py_tp_methods, methods },
	{ Py_tp_getset, properties },
	{ 0, NULL }
};

PyType_Spec key_spec = {
	.name = "hmacdev._ext.Key",
	.basicsize = sizeof(struct context),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE |
		 Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots,
};
