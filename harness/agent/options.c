/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/options.h"

#include <errno.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/wrap.h"
#include "harness/protocol/credentials.h"

#define PATIENCE_DEFAULT_NS (600 * NN_NS_PER_S)

#define ROW(name, kind, field, arg, text) \
	NN_OPTION(name, kind, struct nn_agent_options, field, arg, text)

const struct nn_option nn_agent_option_table[] = {
	ROW("credentials", NN_OPTION_STRING, credentials, "FILE",
	    "where to look for credentials last, instead of /etc/nearnative/agent.conf"),
	ROW("patience", NN_OPTION_DURATION, patience_ns, "TIME",
	    "how long the orchestrator may stay away (default 10min)"),
	ROW("sysroot", NN_OPTION_STRING, sysroot, "DIR", "read /sys and /proc below DIR"),
	ROW("quiet", NN_OPTION_FLAG, is_quiet, NULL, "write nothing but errors"),
	ROW("version", NN_OPTION_FLAG, is_version_wanted, NULL, "print the version"),
	ROW("help", NN_OPTION_FLAG, is_help_wanted, NULL, "print this help"),
	NN_OPTION_END,
};

static const char about[] =
	"usage: nearnative-agent [OPTION…]\n"
	"\n"
	"Runs inside the system that is measured: asks the orchestrator for jobs and executes each "
	"in a fresh process. The orchestrator starts it; its credentials are looked for in the "
	"environment (NEARNATIVE_URL, _BOOT, _TOKEN, _PIN), QEMU's fw_cfg file "
	"" NN_CREDENTIALS_FW_CFG ", the SMBIOS OEM strings, the kernel command line "
	"(nearnative.url=…), and a file.";

static const char exit_codes[] =
	"exit status: 0 the orchestrator ended the session, 1 failure, 2 wrong option or no "
	"credentials, 3 the orchestrator says that this boot is over, 143 stopped by a signal";

int nn_agent_options_parse(int argc, char *const *argv, struct nn_agent_options *ret_options,
			   struct nn_err *err)
{
	struct nn_agent_options options = {.patience_ns = PATIENCE_DEFAULT_NS};
	struct nn_operands operands = {0};
	int rc = nn_options_parse(nn_agent_option_table, argc, argv, &options, &operands, err);

	if (!rc && operands.nr)
		rc = nn_err_set(err, -EINVAL, "unexpected operand '%s'", operands.values[0]);
	free(operands.values);
	if (!rc)
		*ret_options = options;
	return rc;
}

int nn_agent_exit_of(int rc)
{
	switch (rc) {
	case 0:
		return NN_AGENT_EXIT_OK;
	case -EACCES:
		return NN_AGENT_EXIT_REFUSED;
	case -EINTR:
		return NN_AGENT_EXIT_STOPPED;
	default:
		return NN_AGENT_EXIT_FAILURE;
	}
}

int nn_agent_options_answer(const struct nn_agent_options *options)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	size_t width = nn_terminal_columns(STDOUT_FILENO);

	if (options->is_help_wanted) {
		nn_strbuf_add_wrapped(&text, about, width);
		nn_strbuf_addc(&text, '\n');
		nn_options_help(nn_agent_option_table, width, &text);
		nn_strbuf_addc(&text, '\n');
		nn_strbuf_add_wrapped(&text, exit_codes, width);
	} else {
		nn_strbuf_add(&text, "nearnative-agent " NN_VERSION "\n");
	}
	return fputs(nn_strbuf_str(&text), stdout) < 0 || fflush(stdout) ? EXIT_FAILURE
									 : EXIT_SUCCESS;
}
