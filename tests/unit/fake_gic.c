/* SPDX-License-Identifier: MIT */
/* What is mapped: distributor, redistributors, GICv2's CPU interface. Event: w, a SGIR write. */
#include <asm/io.h>

#include "tests/unit/fake_gic.h"

#define FRAME 0x10000
#define REGION_CPUS (FAKE_GIC_CPUS / 2)

struct fake_gic fake_gic;
char fake_gic_reported[160];

/* Only their addresses matter; nothing is stored here. */
static _Alignas(8) char dist[FRAME];
static _Alignas(8) char gicc[0x2000];
static _Alignas(8) char rdist[2][REGION_CPUS * 4 * FRAME];

void *fake_gic_dist(void)
{
	return dist;
}

void *fake_gic_cpu_interface(void)
{
	return gicc;
}

void *fake_gic_rdists(unsigned int region)
{
	return rdist[region];
}

static size_t rdist_size(void)
{
	return fake_gic.vlpis != 0 ? 4 * FRAME : 2 * FRAME;
}

size_t fake_gic_rdists_size(unsigned int region)
{
	(void)region;
	return REGION_CPUS * rdist_size();
}

void fake_gic_reset(unsigned int version)
{
	memset(&fake_gic, 0, sizeof(fake_gic));
	fake_gic_reported[0] = '\0';
	fake_gic.version = version;
	for (unsigned int i = 0; i < FAKE_GIC_CPUS; i++) {
		struct fake_gic_cpu *cpu = &fake_gic.cpu[i];

		cpu->mpidr = i;
		cpu->active = FAKE_NONE;
		cpu->target = (uint8_t)(1U << (7 - i));
		/* What a firmware may leave behind. */
		cpu->enabled = 0xffff0000;
		cpu->pending = 1;
	}
}

void fake_gic_event(char event)
{
	size_t len = strlen(fake_gic.events);

	if (len + 1 < sizeof(fake_gic.events)) {
		fake_gic.events[len] = event;
	}
}

void fake_gic_report(const char *line)
{
	(void)snprintf(fake_gic_reported, sizeof(fake_gic_reported), "%s", line);
}

/* ---- Private interrupts: the same registers in GICv2's distributor and GICv3's SGI frame ---- */

static bool is_ours(size_t intid)
{
	return intid >= 16 || (fake_gic.secure_sgis >> intid & 1) == 0;
}

static uint32_t priority_word(const struct fake_gic_cpu *cpu, size_t first)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < 4; i++) {
		value |= is_ours(first + i) ? (uint32_t)cpu->priority[first + i] << 8 * i : 0;
	}
	return value;
}

static void set_priority(struct fake_gic_cpu *cpu, size_t intid, uint8_t priority)
{
	if (is_ours(intid)) {
		cpu->priority[intid] = priority;
	}
}

static uint32_t read_private(const struct fake_gic_cpu *cpu, size_t offset)
{
	if (offset >= 0x400 && offset < 0x420) {
		return priority_word(cpu, offset - 0x400);
	}
	return offset == 0x100 || offset == 0x180 ? cpu->enabled : 0;
}

static void write_private(struct fake_gic_cpu *cpu, size_t offset, uint32_t value)
{
	if (offset >= 0x400 && offset < 0x420) {
		for (unsigned int i = 0; i < 4; i++) {
			set_priority(cpu, offset - 0x400 + i, (uint8_t)(value >> 8 * i));
		}
	}
	switch (offset) {
	case 0x080:
		cpu->group = value;
		break;
	case 0x100:
		cpu->enabled |= value;
		break;
	case 0x180:
		/* v2: SGIs may be enabled for good. */
		cpu->enabled &= fake_gic.version == 2 ? ~value | 0xffff : ~value;
		break;
	case 0x200:
		cpu->pending |= fake_gic.version == 2 ? value & 0xffff0000 : value;
		break;
	case 0x280:
		cpu->pending &= fake_gic.version == 2 ? ~value | 0xffff : ~value;
		break;
	default:
		break;
	}
}

/* ---- GICv3's redistributors ---- */

/* The CPU whose redistributor this is, and the offset in it; null for none. */
static struct fake_gic_cpu *rdist_of(const volatile char *at, size_t *offset)
{
	for (unsigned int region = 0; region < 2; region++) {
		if (at >= rdist[region] && at < rdist[region] + fake_gic_rdists_size(region)) {
			size_t distance = (size_t)(at - rdist[region]);

			*offset = distance % rdist_size();
			return &fake_gic.cpu[region * REGION_CPUS + distance / rdist_size()];
		}
	}
	return NULL;
}

static bool flag(uint32_t flags, const struct fake_gic_cpu *cpu)
{
	return (flags >> (cpu - fake_gic.cpu) & 1) != 0;
}

static uint32_t read_rdist(const struct fake_gic_cpu *cpu, size_t offset)
{
	size_t index = (size_t)(cpu - fake_gic.cpu);

	switch (offset) {
	case 0x0000:
		return flag(fake_gic.rdist_stuck, cpu) ? 1U << 3 : 0;
	case 0x0008:
		return (index % REGION_CPUS == REGION_CPUS - 1 ? 1U << 4 : 0) |
		       (fake_gic.vlpis != 0 ? 1U << 1 : 0);
	case 0x000c:
		/* An affinity that nobody has, where the CPU's own is missing. */
		return flag(fake_gic.absent, cpu) ? 0xee00ee00U
						  : (uint32_t)(cpu->mpidr >> 8 & 0xff000000) |
							    (uint32_t)(cpu->mpidr & 0xffffff);
	case 0x0014:
		return cpu->awake ? 0 : 6;
	case 0xffe8:
		return fake_gic.version << 4;
	default:
		return offset >= FRAME ? read_private(cpu, offset - FRAME) : 0;
	}
}

static void write_rdist(struct fake_gic_cpu *cpu, size_t offset, uint32_t value)
{
	assert_ptr_equal(cpu, &fake_gic.cpu[fake_cpu]); /* nobody touches another's */
	if (offset == 0x0014) {
		cpu->awake = (value & 2) == 0 && !flag(fake_gic.asleep, cpu);
	} else if (offset >= FRAME) {
		write_private(cpu, offset - FRAME, value);
	}
}

/* ---- GICv2 ---- */

static void send_sgir(uint32_t value)
{
	unsigned int sgi = value & 0xf;

	fake_gic_event('w');
	assert_int_equal(value & 0x0300fff0, 0); /* filter 0, reserved bits 0 */
	for (unsigned int i = 0; i < FAKE_GIC_CPUS; i++) {
		if ((fake_gic.cpu[i].target & value >> 16) != 0) {
			fake_gic.cpu[i].pending |= 1U << sgi;
			fake_gic.cpu[i].from[sgi] |= (uint8_t)(1U << fake_cpu);
		}
	}
}

static uint32_t read_v2(size_t offset)
{
	if (offset == 0x004) {
		return fake_gic.single_cpu ? 1 : 0xe1;
	}
	if (offset == 0x800) {
		return fake_gic.single_cpu ? 0 : fake_gic.cpu[fake_cpu].target * 0x01010101U;
	}
	return offset == 0 ? fake_gic.ctlr : read_private(&fake_gic.cpu[fake_cpu], offset);
}

static void write_v2(size_t offset, uint32_t value)
{
	struct fake_gic_cpu *cpu = &fake_gic.cpu[fake_cpu];

	if (offset == 0xf00) {
		send_sgir(value);
	} else if (offset >= 0xf10 && offset < 0xf20) {
		for (unsigned int i = 0; i < 4; i++) {
			cpu->from[offset - 0xf10 + i] &= (uint8_t) ~(value >> 8 * i);
			if (cpu->from[offset - 0xf10 + i] == 0) {
				cpu->pending &= ~(1U << (offset - 0xf10 + i));
			}
		}
	} else if (offset == 0) {
		fake_gic.ctlr = value;
	} else {
		write_private(cpu, offset, value);
	}
}

static uint32_t read_gicc(size_t offset)
{
	struct fake_gic_cpu *cpu = &fake_gic.cpu[fake_cpu];

	if (offset == 0x0c) {
		fake_gic_event('a');
		return (cpu->gicc[0] & fake_gic.ctlr & 1) != 0
			       ? fake_gic_take(cpu, (uint8_t)cpu->gicc[1])
			       : FAKE_NONE;
	}
	return offset == 0xfc ? fake_gic.version << 16 | 0x43b : cpu->gicc[offset / 4];
}

static void write_gicc(size_t offset, uint32_t value)
{
	struct fake_gic_cpu *cpu = &fake_gic.cpu[fake_cpu];

	if (offset == 0x10) {
		fake_gic_event('e');
		fake_gic_end(cpu, value);
	} else {
		cpu->gicc[offset / 4] = value;
	}
}

/* ---- GICv3's distributor ---- */

static uint32_t read_v3(size_t offset)
{
	switch (offset) {
	case 0x0000:
		return fake_gic.ctlr | (fake_gic.dist_stuck ? 1U << 31 : 0);
	case 0x0004:
		return (fake_gic.range_selector ? 1U << 26 : 0) | 1;
	case 0xffe8:
		return fake_gic.version << 4;
	default:
		return 0;
	}
}

static void write_v3(size_t offset, uint32_t value)
{
	if (offset == 0) {
		if ((value & 3) != 0 && (fake_gic.ctlr & 1U << 4) == 0) {
			fake_gic.group_before_routing = true;
		}
		if ((fake_gic.ctlr & 1U << 4) != 0 && (value & 1U << 4) == 0) {
			fake_gic.routing_cleared = true;
		}
		fake_gic.ctlr = value;
	}
}

/* ---- Which of them ---- */

static bool within(const volatile char *at, const char *start, size_t size)
{
	return at >= start && at < start + size;
}

uint32_t read32_relaxed(const volatile void *address)
{
	const volatile char *at = address;
	size_t offset;
	const struct fake_gic_cpu *cpu = rdist_of(at, &offset);

	if (cpu != NULL) {
		return read_rdist(cpu, offset);
	}
	if (within(at, gicc, sizeof(gicc))) {
		return read_gicc((size_t)(at - gicc));
	}
	assert_true(within(at, dist, sizeof(dist)));
	offset = (size_t)(at - dist);
	return fake_gic.version == 2 ? read_v2(offset) : read_v3(offset);
}

void write32_relaxed(volatile void *address, uint32_t value)
{
	volatile char *at = address;
	size_t offset;
	struct fake_gic_cpu *cpu = rdist_of(at, &offset);

	if (cpu != NULL) {
		write_rdist(cpu, offset, value);
	} else if (within(at, gicc, sizeof(gicc))) {
		write_gicc((size_t)(at - gicc), value);
	} else {
		assert_true(within(at, dist, sizeof(dist)));
		offset = (size_t)(at - dist);
		if (fake_gic.version == 2) {
			write_v2(offset, value);
		} else {
			write_v3(offset, value);
		}
	}
}

uint8_t read8_relaxed(const volatile void *address)
{
	uintptr_t lane = (uintptr_t)address % 4;
	const volatile char *word = (const volatile char *)address - lane;

	return (uint8_t)(read32_relaxed(word) >> 8 * lane);
}

/* Priorities only: nothing else is written by bytes. */
void write8_relaxed(volatile void *address, uint8_t value)
{
	size_t offset = (size_t)((volatile char *)address - dist);
	struct fake_gic_cpu *cpu = &fake_gic.cpu[fake_cpu];

	if (fake_gic.version != 2) {
		cpu = rdist_of(address, &offset);
		assert_ptr_equal(cpu, &fake_gic.cpu[fake_cpu]);
		offset -= 0x10000;
	}
	assert_in_range(offset, 0x400, 0x41f);
	set_priority(cpu, offset - 0x400, value);
}
