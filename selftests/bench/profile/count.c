// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts executed instructions between two marks in the
 * guest (../mark.h). At the end of the Nth pair it writes the file N in the
 * directory out=DIR. Each of its lines is about the instruction at an address:
 *
 *	address iterations instructions bytes
 *
 * "rep movs" and "rep stos" are one instruction, with the bytes that they
 * store. With -icount, QEMU executes them once for each element and once more
 * to find that none is left, and its clock counts these iterations. For every
 * other instruction both counts are the same, and bytes is 0. With only=rep,
 * only "rep movs" and "rep stos" are counted, which is faster.
 *
 * Debian's QEMU has the plugin interface, but no package has its header. So the
 * declarations that are used are here. API is their version.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* From enum qemu_plugin_mem_rw */
#define STORES	2

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void on_translate(uint64_t id, struct qemu_plugin_tb *tb);
typedef void on_execute(unsigned int cpu, void *data);
typedef void on_access(unsigned int cpu, uint32_t info, uint64_t address,
		       void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, on_translate *call);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
#if API >= 3
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to,
			     size_t size);
#else
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
#endif
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(uint32_t info);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    on_execute *call, int flags,
					    void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      on_access *call, int flags, int access,
				      void *data);

EXPORT int qemu_plugin_version = API;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv);

/* A hash table; a kernel and its programs have far fewer instructions. */
#define SLOTS_LOG2	22
#define SLOTS		(1u << SLOTS_LOG2)

struct slot {
	uint64_t address;
	uint64_t iterations;
	uint64_t stores;	/* only of "rep movs" and "rep stos" */
	uint64_t bytes;
};

static struct slot slots[SLOTS];
static struct slot *used[SLOTS];
static size_t used_count;
static const char *out;
static unsigned int pairs;
static bool only_rep;

static struct slot *find(uint64_t address)
{
	size_t i = (address * 0x9e3779b97f4a7c15) >> (64 - SLOTS_LOG2);

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS;
	if (!slots[i].address) {
		slots[i].address = address;
		used[used_count++] = &slots[i];
	}
	return &slots[i];
}

static void executed(unsigned int cpu, void *data)
{
	struct slot *slot = data;

	(void)cpu;
	slot->iterations++;
}

/* QEMU 7.2 calls it for loads, too. */
static void stored(unsigned int cpu, uint32_t info, uint64_t address,
		   void *data)
{
	struct slot *slot = data;

	(void)cpu;
	(void)address;
	if (!qemu_plugin_mem_is_store(info))
		return;
	slot->stores++;
	slot->bytes += 1u << qemu_plugin_mem_size_shift(info);
}

static void begin(unsigned int cpu, void *data)
{
	size_t i;

	(void)cpu;
	(void)data;
	for (i = 0; i < used_count; i++)
		*used[i] = (struct slot){ .address = used[i]->address };
}

static void print(FILE *f, const struct slot *slot)
{
	if (slot->iterations)
		fprintf(f, "%016" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			"\n", slot->address, slot->iterations,
			slot->iterations - slot->stores, slot->bytes);
}

static void end(unsigned int cpu, void *data)
{
	char path[4096];
	FILE *f;
	size_t i;

	(void)cpu;
	(void)data;
	snprintf(path, sizeof(path), "%s/%u", out, ++pairs);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	for (i = 0; i < used_count; i++)
		print(f, used[i]);
	fclose(f);
}

/* The first bytes of an instruction */
struct code {
	size_t size;
	uint8_t bytes[15];
};

static struct code read_code(const struct qemu_plugin_insn *insn)
{
	struct code code = { .size = qemu_plugin_insn_size(insn) };

#if API >= 3
	qemu_plugin_insn_data(insn, code.bytes, sizeof(code.bytes));
#else
	memcpy(code.bytes, qemu_plugin_insn_data(insn), code.size);
#endif
	return code;
}

static bool is_mark(const struct code *code, uint8_t which)
{
	const uint8_t mark[] = { 0x0f, 0x1f, 0x80, which, 0x63, 0x68, 0x6d };

	return code->size == sizeof(mark) &&
	       !memcmp(code->bytes, mark, sizeof(mark));
}

/* Is it "rep movs" or "rep stos"? REX and other prefixes come in between. */
static bool is_rep(const struct code *code)
{
	bool rep = false;
	size_t i;

	for (i = 0; i + 1 < code->size; i++) {
		const uint8_t byte = code->bytes[i];

		if (byte == 0xf3)
			rep = true;
		else if (byte != 0x66 && byte != 0x67 && byte >> 4 != 4)
			return false;
	}
	switch (code->bytes[i]) {
	case 0xa4:
	case 0xa5:
	case 0xaa:
	case 0xab:
		return rep;
	default:
		return false;
	}
}

static void instrument(struct qemu_plugin_insn *insn)
{
	const struct code code = read_code(insn);
	const bool rep = is_rep(&code);
	struct slot *slot;

	if (rep || !only_rep) {
		slot = find(qemu_plugin_insn_vaddr(insn));
		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, 0, slot);
		if (rep)
			qemu_plugin_register_vcpu_mem_cb(insn, stored, 0,
							 STORES, slot);
	}
	if (is_mark(&code, 1))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, 0, NULL);
	if (is_mark(&code, 2))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, end, 0, NULL);
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc < 1 || argc > 2 || strncmp(argv[0], "out=", 4) ||
	    (argc == 2 && strcmp(argv[1], "only=rep"))) {
		fprintf(stderr, "count: needs out=DIR, and may have only=rep\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	only_rep = argc == 2;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
