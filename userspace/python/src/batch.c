// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "ext.h"

struct entry {
	Py_buffer msg;
	Py_buffer tag;
	unsigned char made[HMACDEV_TAG_MAX];
};

/*
 * Other code can reach a list that is in use through the garbage collector, and
 * change it. So the entries are in a tuple, and the list of the results is made
 * when no other code runs any more.
 */
struct batch {
	PyObject *tuple;
	size_t n;
	size_t filled;
	size_t done;
	size_t bytes;
	struct hmacdev_op *ops;
	struct entry *entries;
};

static void batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->filled; i++) {
		PyBuffer_Release(&b->entries[i].msg);
		if (b->entries[i].tag.obj)
			PyBuffer_Release(&b->entries[i].tag);
	}
	PyMem_Free(b->entries);
	PyMem_Free(b->ops);
	Py_DECREF(b->tuple);
}

static int batch_alloc(struct batch *b, PyObject *entries)
{
	b->tuple = PySequence_Tuple(entries);
	if (!b->tuple)
		return -1;
	b->n = (size_t)PyTuple_Size(b->tuple);
	b->ops = PyMem_Calloc(b->n, sizeof(*b->ops));
	b->entries = PyMem_Calloc(b->n, sizeof(*b->entries));
	if (b->ops && b->entries)
		return 0;
	PyErr_NoMemory();
	batch_free(b);
	return -1;
}

/* A message, or a tuple of a message and a tag */
static int entry_read(struct entry *e, PyObject *item)
{
	PyObject *msg = item;

	if (PyTuple_Check(item)) {
		if (PyTuple_Size(item) != 2) {
			PyErr_SetString(PyExc_TypeError,
					"an entry is a message or a tuple (message, tag)");
			return -1;
		}
		msg = PyTuple_GetItem(item, 0);
		if (PyObject_GetBuffer(PyTuple_GetItem(item, 1), &e->tag,
				       PyBUF_SIMPLE) < 0)
			return -1;
	}
	if (PyObject_GetBuffer(msg, &e->msg, PyBUF_SIMPLE) == 0)
		return 0;
	if (e->tag.obj)
		PyBuffer_Release(&e->tag);
	return -1;
}

static int batch_fill(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct hmacdev_op *op = &b->ops[i];
		struct entry *e = &b->entries[i];

		if (entry_read(e, PyTuple_GetItem(b->tuple, (Py_ssize_t)i)) < 0)
			return -1;
		b->filled++;
		b->bytes += (size_t)e->msg.len;
		op->msg = (uintptr_t)e->msg.buf;
		op->len = (uint64_t)e->msg.len;
		op->op = e->tag.obj ? HMACDEV_OP_VERIFY : HMACDEV_OP_SIGN;
		op->tag = e->tag.obj ? (uintptr_t)e->tag.buf :
				       (uintptr_t)e->made;
		op->tag_len = sizeof(e->made);
		/* A tag that does not fit is too long to match. */
		if (e->tag.obj)
			op->tag_len = e->tag.len > UINT32_MAX ?
				      UINT32_MAX : (uint32_t)e->tag.len;
	}
	return 0;
}

/* One system call, after which signals can be handled */
static int call_batch(struct hmacdev *h, void *args)
{
	const struct batch *b = args;
	size_t left = b->n - b->done;

	return hmacdev_batch(h, b->ops + b->done,
			     left > HMACDEV_BATCH_MAX ? HMACDEV_BATCH_MAX :
			     left, sizeof(*b->ops));
}

static int batch_run(struct context *c, struct batch *b)
{
	do {
		bool is_long = b->bytes > SHORT || b->n > SHORT_BATCH;
		int rc = context_call(c, is_long, call_batch, b);

		if (rc < 0)
			return rc;
		if (PyErr_CheckSignals())
			return -EINTR;
		b->done += (size_t)rc;
	} while (b->done < b->n);
	return 0;
}

/* A list in which a failed entry has an exception could be taken for valid. */
static PyObject *entry_result(struct context *c, const struct hmacdev_op *op,
			      const struct entry *e)
{
	if (op->status == -EBADMSG)
		Py_RETURN_FALSE;
	if (op->status < 0)
		return context_error(c, op->status);
	if (op->op == HMACDEV_OP_VERIFY)
		Py_RETURN_TRUE;
	return PyBytes_FromStringAndSize((const char *)e->made, op->tag_len);
}

static PyObject *batch_results(struct context *c, const struct batch *b)
{
	PyObject *results = PyList_New((Py_ssize_t)b->n);

	for (size_t i = 0; results && i < b->n; i++) {
		PyObject *result = entry_result(c, &b->ops[i], &b->entries[i]);

		if (!result ||
		    PyList_SetItem(results, (Py_ssize_t)i, result) < 0)
			Py_CLEAR(results);
	}
	return results;
}

PyObject *key_batch(struct context *c, PyObject *entries)
{
	struct batch b = { .n = 0 };
	PyObject *results = NULL;
	int rc;

	if (batch_alloc(&b, entries) < 0)
		return NULL;
	if (batch_fill(&b) == 0) {
		rc = batch_run(c, &b);
		results = rc < 0 ? context_error(c, rc) : batch_results(c, &b);
	}
	batch_free(&b);
	return results;
}
