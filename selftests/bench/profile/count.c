// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts how often the instruction at each address is
 * executed between two marks in the guest (../profile.c). It writes lines of
 * "address count" to out=FILE.
 *
 * Debian's QEMU has the plugin interface, but no package has its header. So the
 * declarations from version 1 that are used are here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void on_translate(uint64_t id, struct qemu_plugin_tb *tb);
typedef void on_execute(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, on_translate *call);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int add, void *to, uint64_t n);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    on_execute *call, int flags,
					    void *data);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv);

/* A hash table; a kernel and its programs have far fewer instructions. */
#define SLOTS_LOG2	22
#define SLOTS		(1u << SLOTS_LOG2)

static struct {
	uint64_t address;
	uint64_t count;
} slots[SLOTS];

static const char *out;

static uint64_t *counter(uint64_t address)
{
	size_t i = (address * 0x9e3779b97f4a7c15) >> (64 - SLOTS_LOG2);

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS;
	slots[i].address = address;
	return &slots[i].count;
}

static void begin(unsigned int cpu, void *data)
{
	size_t i;

	(void)cpu;
	(void)data;
	for (i = 0; i < SLOTS; i++)
		slots[i].count = 0;
}

static void end(unsigned int cpu, void *data)
{
	FILE *f = fopen(out, "w");
	size_t i;

	(void)cpu;
	(void)data;
	if (!f) {
		perror(out);
		exit(EXIT_FAILURE);
	}
	for (i = 0; i < SLOTS; i++)
		if (slots[i].count)
			fprintf(f, "%016" PRIx64 " %" PRIu64 "\n",
				slots[i].address, slots[i].count);
	fclose(f);
}

/* ../profile.c has the same. */
static bool is_mark(const struct qemu_plugin_insn *insn, uint8_t which)
{
	const uint8_t mark[] = { 0x0f, 0x1f, 0x80, which, 0x63, 0x68, 0x6d };

	return qemu_plugin_insn_size(insn) == sizeof(mark) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark));
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		qemu_plugin_register_vcpu_insn_exec_inline(insn, 0,
							   counter(address), 1);
		if (is_mark(insn, 1))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, 0,
							       NULL);
		if (is_mark(insn, 2))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, 0,
							       NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "count: needs out=FILE\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
