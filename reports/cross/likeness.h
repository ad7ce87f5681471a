/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is it like for like? What differs between two campaigns besides their results, sorted by axes
 * (kernel, driver, board …), and whether all of it belongs to the axes that were asked for. Facts
 * that follow from others (mitigations from the kernel, link width from the board) are excused only
 * where what they follow from differs too and was asked for. A fact that no axis knows belongs to
 * the axis "other", so nothing new goes unseen. Pure functions; a set of axes is a word of bits.
 */
#ifndef NN_REPORTS_LIKENESS_H
#define NN_REPORTS_LIKENESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/strbuf.h"
#include "reports/comparison.h"

/*
 * One thing that two campaigns can differ in. Globs match "<scope>:<fact>", where the scope is
 * "machine" (what runs on the metal, and the host of a VM), "guest" (what runs in a VM: its
 * firmware and board are the hypervisor's making) or "campaign" (the plan).
 */
struct nn_axis {
	const char *name;
	const char *summary;
	const char *const *own;     /* globs, NULL ends them: differences of this very axis */
	const char *const *follows; /* globs of what may differ because one of @own does */
	const char *subject;        /* "machines": single specimens are compared; or NULL */
};

extern const struct nn_axis nn_axes[];
extern const size_t nn_nr_axes;

/** The axes a gate is for: kernel, driver, hypervisor. The machine has to be the same. */
uint32_t nn_axes_of_gate(void);

/**
 * Add the axes of a list like "kernel,driver" to @axes; "gpu" is the device, "qemu" the hypervisor,
 * "machine" the board with CPU, memory and firmware.
 * Return: 0, or -EINVAL with the names that there are.
 */
int nn_axes_parse(const char *list, uint32_t *axes, struct nn_err *err);

/** Append "kernel, driver", or "none". */
void nn_axes_name(uint32_t axes, struct nn_strbuf *sb);

/** A new array of names. */
json_t *nn_axes_json(uint32_t axes);

/** Append the table of all axes with their globs. */
void nn_axes_explain(struct nn_strbuf *sb);

struct nn_difference {
	const struct nn_axis *axis;
	char *name;              /* of the fact: "kernel.release" */
	struct nn_strings where; /* "host", names of arms, "campaign" */
	char *a;                 /* NULL: not known of this side */
	char *b;
	bool is_guest;
	bool is_own; /* of its axis; else it only follows from others */
	bool is_allowed;
};

struct nn_differences {
	struct nn_difference *items; /* by axis, then name */
	size_t nr, cap;
};

void nn_differences_release(struct nn_differences *differences);
NN_AUTO_DEFINE(differences, struct nn_differences, nn_differences_release(p))

/* What is known of one side. */
struct nn_likeness_side {
	const struct nn_comparison *campaign; /* its summary and arms with their facts */
	const struct nn_pairs *plan;          /* "plan.arm.vm" and the like, what they were set to;
					       * NULL: only the plan's hash is known */
};

/**
 * Compare the machines, plans and the facts of those arms that both sides have.
 * @arms: only these; NULL or none: all that both have.
 */
void nn_likeness_check(const struct nn_likeness_side *a, const struct nn_likeness_side *b,
		       const struct nn_strings *arms, uint32_t axes,
		       struct nn_differences *ret_differences);

/** Is everything that differs allowed? */
bool nn_differences_are_allowed(const struct nn_differences *differences);

/** Append the list for people, axis by axis. */
void nn_differences_text(const struct nn_differences *differences, uint32_t axes,
			 struct nn_strbuf *sb);

/** A new array of objects {axis, name, where, a, b, is_allowed}. */
json_t *nn_differences_json(const struct nn_differences *differences);

/**
 * Tell among the remarks of @comparison what differs, and where single machines or devices are
 * compared and not their models. Source: reference statistics §2.9.
 */
void nn_differences_remark(const struct nn_differences *differences,
			   struct nn_comparison *comparison);

#endif
