/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/command.h"

#include "collectors/collector.h"
#include "harness/target/target.h"
#include "reports/report.h"
#include "workloads/workload.h"

static void manual_section(struct nn_strbuf *sb, const char *title)
{
	nn_strbuf_addf(sb, ".SH %s\n", title);
}

static void manual_paragraph(struct nn_strbuf *sb, const char *text)
{
	nn_strbuf_add(sb, ".PP\n");
	nn_roff_text(sb, text);
	nn_strbuf_addc(sb, '\n');
}

static void manual_command(struct nn_strbuf *sb, const struct nn_command *command)
{
	nn_strbuf_add(sb, ".SS ");
	nn_roff_text(sb, command->name);
	if (command->operands[0]) {
		nn_strbuf_addc(sb, ' ');
		nn_roff_text(sb, command->operands);
	}
	nn_strbuf_addc(sb, '\n');
	nn_roff_text(sb, command->summary);
	nn_strbuf_add(sb, ".\n");
	if (command->details)
		manual_paragraph(sb, command->details);
	nn_options_roff(command->options, sb);
}

static void manual_plugin(struct nn_strbuf *sb, const struct nn_plugin *plugin)
{
	nn_strbuf_add(sb, ".TP\n.B ");
	nn_roff_text(sb, plugin->name);
	nn_strbuf_addc(sb, '\n');
	nn_roff_text(sb, plugin->summary);
	nn_strbuf_add(sb, ".\n");
	for (const struct nn_setting *s = plugin->settings; s && s->name; s++) {
		nn_strbuf_add(sb, ".RS\n.TP\n.I ");
		nn_roff_text(sb, s->name);
		if (s->default_text) {
			nn_strbuf_add(sb, " (default ");
			nn_roff_text(sb, s->default_text);
			nn_strbuf_addc(sb, ')');
		}
		nn_strbuf_addc(sb, '\n');
		nn_roff_text(sb, s->help);
		nn_strbuf_add(sb, "\n.RE\n");
	}
}

static void manual_plugins(struct nn_strbuf *sb)
{
	manual_section(sb, "WORKLOADS");
	for (size_t i = 0; i < nn_nr_workloads; i++)
		manual_plugin(sb, &nn_workloads[i]->plugin);
	manual_section(sb, "TARGETS");
	for (size_t i = 0; i < nn_nr_targets; i++)
		manual_plugin(sb, &nn_targets[i]->plugin);
	manual_section(sb, "COLLECTORS");
	for (size_t i = 0; i < nn_nr_collectors; i++)
		manual_plugin(sb, &nn_collectors[i]->plugin);
	manual_section(sb, "REPORTS");
	for (size_t i = 0; i < nn_nr_reports; i++)
		manual_plugin(sb, &nn_reports[i]->plugin);
}

static void manual_plan(struct nn_strbuf *sb)
{
	static const struct {
		const char *key;
		const char *meaning;
	} keys[] = {
		{"name", "of the campaign: letters, digits, dot, dash, underscore"},
		{"device", "address of the function under test, \"0000:01:00.0\"; optional"},
		{"spare", "address of an unused function for VFIO experiments; optional"},
		{"arms",
		 "list of {name, target, settings}; the target's settings stand under TARGETS"},
		{"workloads",
		 "list of {name, iterations, warmup, runs, settings}; all but the name "
		 "have the workload's or the design's defaults"},
		{"design",
		 "{blocks: 10, runs: 3, seed, base, aa}: every block boots every arm once "
		 "in random order; base is the arm that others are divided by, the first "
		 "without it; a seed is drawn without one; aa names one arm to be run "
		 "against itself, which shows what 'no difference' looks like here"},
		{"claims", "list of \"ARM >= 97% of BASE\" with, optionally, \" for "
			   "WORKLOAD[:METRIC]\"; both may be patterns such as iommu/*"},
		{"deadlines", "{bind: 30s, boot: 3min, hello: 2min, run: 2min, upload: 1min, "
			      "shutdown: 1min}"},
		{"allow_emulated",
		 "judge claims on an emulated machine all the same; default false"},
	};

	manual_section(sb, "PLAN");
	manual_paragraph(sb,
			 "A plan is a YAML file. Sizes are written as 16GiB, times as 30s, shares "
			 "as 97%.");
	for (size_t i = 0; i < NN_ARRAY_SIZE(keys); i++) {
		nn_strbuf_add(sb, ".TP\n.B ");
		nn_roff_text(sb, keys[i].key);
		nn_strbuf_addc(sb, '\n');
		nn_roff_text(sb, keys[i].meaning);
		nn_strbuf_addc(sb, '\n');
	}
}

static void manual_arms(struct nn_strbuf *sb)
{
	manual_section(sb, "SETTINGS OF ARMS");
	manual_paragraph(
		sb,
		"Before the first run of every boot each setting of the arm is looked for: in "
		"QEMU's process or the agent's, in libvirt's XML, in the kernel of the host and by "
		"the agent inside. The fact requested.NAME says what was asked for, effective.NAME "
		"what is, in the same words: they are equal when the setting is in effect. Where "
		"they are not, figures of the arm are INVALID. Where it cannot be seen, "
		"unproved.NAME says why, and reports remark it.");
	manual_paragraph(
		sb,
		"An arm of the target local gets the resources of a VM by the settings cpus and "
		"memory, a control group of its own: cpus says how many, and they are those that "
		"pin: auto chooses for as many vCPUs without a topology. Swapping is no way around "
		"memory.");
	manual_paragraph(
		sb,
		"Settings that contradict each other are refused when the plan is read; those that "
		"the machine cannot give, before the first boot. Huge pages and halt_poll_ns are "
		"settings of the host: they are made for the time of a boot and journalled as "
		"drivers are. A hugetlbfs with pages of that size must be mounted before libvirtd "
		"starts.");
	manual_paragraph(
		sb,
		"The file of xml has a <domain> as root. An element is merged into the first one "
		"of its name at the same place whose attributes name, index, vcpu, iothread, "
		"policy, bus and dev are the same, as far as it has them; where there is none, or "
		"another one was merged into it, it is added, and so is every argument of QEMU's. Attributes and texts are "
		"overwritten. With xmlns:nn=\"https://nearnative.example/xmlns/domain/1\", "
		"nn:do=\"add\" adds an element without looking for one, nn:do=\"remove\" removes "
		"one. Refused is what would change name, uuid, metadata, sysinfo, on_poweroff, "
		"on_reboot, on_crash, the devices that are handed over, the share of the host's "
		"root or the console.");
}

void nn_manual_roff(struct nn_strbuf *sb)
{
	nn_strbuf_add(sb,
		      ".TH NEARNATIVE 1 \"\" \"nearnative " NN_VERSION "\" \"User Commands\"\n");
	manual_section(sb, "NAME");
	nn_strbuf_add(sb, "nearnative \\- compare a machine with a passthrough VM on it\n");
	manual_section(sb, "SYNOPSIS");
	nn_strbuf_add(sb, ".B nearnative\n.I COMMAND\n[OPTIONS] [OPERANDS]\n");
	manual_section(sb, "DESCRIPTION");
	manual_paragraph(sb, "nearnative boots the same system on bare metal and in a VM that was "
			     "given a PCI function by VFIO, executes the same workloads in both, "
			     "keeps every sample in one SQLite file and reports native against "
			     "virtual with honest statistics.");
	manual_section(sb, "COMMANDS");
	for (size_t i = 0; i < nn_nr_commands; i++)
		manual_command(sb, nn_commands[i]);
	manual_plan(sb);
	manual_plugins(sb);
	manual_arms(sb);
	manual_section(sb, "EXIT STATUS");
	manual_paragraph(
		sb,
		"0 ok; 1 a failed check (doctor), a refuted claim (report --check), a regression "
		"(gate); 2 usage: the command line, a campaign or baseline that is not there, a "
		"plan or an input file; 3 infrastructure: the machine, a device, the database or "
		"an arm failed; 4 no verdict (report --check, gate), campaigns that are unlike "
		"(compare); 130 interrupted, everything restored. bisect has the codes that "
		"git-bisect(1) wants.");
	manual_section(sb, "ENVIRONMENT");
	manual_paragraph(sb, "NEARNATIVE_DB: the database when --db is not given. TMPDIR: where "
			     "short-lived files go. NO_COLOR: no colour.");
	manual_section(sb, "FILES");
	manual_paragraph(
		sb,
		"nearnative.db: the database in the present folder. nearnative.db.lock: held by its one "
		"writer; it stays, since removing it would race with the next.");
}
