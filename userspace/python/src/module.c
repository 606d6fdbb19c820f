// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "ext.h"

static unsigned int forks;

static void count_fork(void)
{
	forks++;
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, count_fork);
}

unsigned int fork_count(void)
{
	return forks;
}

/* The type can be a subclass that a program made. */
struct state *type_state(PyTypeObject *type)
{
	PyObject *module = NULL;
	PyTypeObject *base = type;

	while (base && !module) {
		module = PyType_GetModule(base);
		if (!module) {
			PyErr_Clear();
			base = PyType_GetSlot(base, Py_tp_base);
		}
	}
	return module ? PyModule_GetState(module) : NULL;
}

PyObject *raise_error(const struct state *state, int rc)
{
	PyObject *exception;

	if (PyErr_Occurred())
		return NULL;
	if (rc == -ENOMEM)
		return PyErr_NoMemory();
	exception = PyObject_CallFunction(state->error, "is", -rc,
					  hmacdev_strerror(rc));
	if (exception) {
		PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
		Py_DECREF(exception);
	}
	return NULL;
}

bool args_fit(const char *name, Py_ssize_t n, Py_ssize_t least,
	      Py_ssize_t most)
{
	if (n >= least && n <= most)
		return true;
	PyErr_Format(PyExc_TypeError, "%s() takes %zd to %zd arguments (%zd given)",
		     name, least, most, n);
	return false;
}

struct oneshot {
	const char *alg;
	Py_buffer key;
	Py_buffer msg;
	unsigned char tag[HMACDEV_TAG_MAX];
};

static int call_oneshot(void *args)
{
	struct oneshot *a = args;

	return hmacdev_oneshot(a->alg, a->key.buf, (size_t)a->key.len,
			       a->msg.buf, (size_t)a->msg.len, a->tag,
			       sizeof(a->tag));
}

static PyObject *module_oneshot(PyObject *self, PyObject *args)
{
	struct state *state = PyModule_GetState(self);
	struct oneshot a;
	bool is_long;
	int rc;

	if (!PyArg_ParseTuple(args, "sy*y*", &a.alg, &a.key, &a.msg))
		return NULL;
	/* The first call can wait for modprobe(8). */
	is_long = a.msg.len > SHORT || strcmp(a.alg, state->loaded);
	rc = free_call(is_long, call_oneshot, &a);
	PyBuffer_Release(&a.key);
	PyBuffer_Release(&a.msg);
	if (rc < 0)
		return raise_error(state, rc);
	PyOS_snprintf(state->loaded, sizeof(state->loaded), "%s", a.alg);
	return PyBytes_FromStringAndSize((const char *)a.tag, rc);
}

static PyObject *alg_describe(const struct hmacdev_alg *info)
{
	return Py_BuildValue("sIII", info->name, info->digest_size,
			     info->block_size, info->traits);
}

/* algorithm(index or name): the fields of struct hmacdev_alg */
static PyObject *module_algorithm(PyObject *self, PyObject *which)
{
	struct hmacdev_alg info;
	PyObject *name;
	int rc;

	if (PyLong_Check(which)) {
		unsigned long i = PyLong_AsUnsignedLong(which);

		if (PyErr_Occurred())
			return NULL;
		rc = hmacdev_alg(i > UINT32_MAX ? UINT32_MAX : (uint32_t)i,
				 &info, sizeof(info));
	} else {
		if (!PyUnicode_FSConverter(which, &name))
			return NULL;
		rc = hmacdev_alg_by_name(PyBytes_AsString(name), &info,
					 sizeof(info));
		Py_DECREF(name);
	}
	if (rc < 0)
		return raise_error(PyModule_GetState(self), rc);
	return alg_describe(&info);
}

static PyObject *module_version(PyObject *Py_UNUSED(self),
				PyObject *Py_UNUSED(unused))
{
	return PyUnicode_FromString(hmacdev_version());
}

static PyMethodDef methods[] = {
	{ "oneshot", module_oneshot, METH_VARARGS, NULL },
	{ "algorithm", module_algorithm, METH_O, NULL },
	{ "message", message_new, METH_VARARGS, NULL },
	{ "library_version", module_version, METH_NOARGS, NULL },
	{ NULL }
};

static PyTypeObject *add_type(PyObject *self, PyType_Spec *spec)
{
	PyObject *type = PyType_FromModuleAndSpec(self, spec, NULL);

	if (type && PyModule_AddType(self, (PyTypeObject *)type) < 0)
		Py_CLEAR(type);
	return (PyTypeObject *)type;
}

static int module_exec(PyObject *self)
{
	struct state *state = PyModule_GetState(self);
	PyObject *errors = PyImport_ImportModule("hmacdev._errors");

	if (!errors)
		return -1;
	state->error = PyObject_GetAttrString(errors, "error");
	Py_DECREF(errors);
	if (!state->error)
		return -1;
	state->key = add_type(self, &key_spec);
	if (!state->key)
		return -1;
	state->message = add_type(self, &message_spec);
	return state->message ? 0 : -1;
}

static int module_traverse(PyObject *self, visitproc visit, void *arg)
{
	const struct state *state = PyModule_GetState(self);

	Py_VISIT(state->key);
	Py_VISIT(state->message);
	Py_VISIT(state->error);
	return 0;
}

static int module_clear(PyObject *self)
{
	struct state *state = PyModule_GetState(self);

	Py_CLEAR(state->key);
	Py_CLEAR(state->message);
	Py_CLEAR(state->error);
	return 0;
}

static void module_free(void *self)
{
	module_clear(self);
}

/*
 * From 3.12 on, a module must declare that it works in an interpreter with a
 * lock of its own. The limited API of 3.11 does not have the names, and 3.11
 * refuses the slot.
 */
#define MULTIPLE_INTERPRETERS		3
#define PER_INTERPRETER_GIL_SUPPORTED	((void *)2)
#define PYTHON_3_12			0x030c0000

static PyModuleDef_Slot slots_3_11[] = {
	{ Py_mod_exec, module_exec },
	{ 0, NULL }
};

static PyModuleDef_Slot slots[] = {
	{ Py_mod_exec, module_exec },
	{ MULTIPLE_INTERPRETERS, PER_INTERPRETER_GIL_SUPPORTED },
	{ 0, NULL }
};

static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT,
	.m_name = "hmacdev._ext",
	.m_doc = "Calls of libhmacdev. Use the package hmacdev instead.",
	.m_size = sizeof(struct state),
	.m_methods = methods,
	.m_slots = slots,
	.m_traverse = module_traverse,
	.m_clear = module_clear,
	.m_free = module_free,
};

PyMODINIT_FUNC PyInit__ext(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
	if (Py_Version < PYTHON_3_12)
		module.m_slots = slots_3_11;
	return PyModuleDef_Init(&module);
}
