/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/wrap.h"

#define NAME_COLUMNS 13 /* "baseline list" */

struct help_options {
	bool is_man;
	bool is_version;
};

static const struct nn_option help_options[] = {
	NN_OPTION("man", NN_OPTION_FLAG, struct help_options, is_man, NULL,
		  "write the manual page (roff) instead"),
	NN_OPTION("version", NN_OPTION_FLAG, struct help_options, is_version, NULL,
		  "write the version instead"),
	NN_OPTION_END,
};

static void help_row(const struct nn_command *command, size_t width, struct nn_strbuf *sb)
{
	nn_strbuf_add_row(sb, command->name, NAME_COLUMNS, command->summary, width);
}

static void help_overview(size_t width, struct nn_strbuf *sb)
{
	nn_strbuf_add_wrapped(sb,
			      "nearnative: how near is a VM to the metal, and prove it\n\n"
			      "usage: nearnative COMMAND [OPTIONS] [OPERANDS]\n\nCommands:",
			      width);
	for (size_t i = 0; i < nn_nr_commands; i++)
		help_row(nn_commands[i], width, sb);
	nn_strbuf_addc(sb, '\n');
	nn_strbuf_add_wrapped(sb,
			      "'nearnative help COMMAND' tells more. Exit codes: 0 ok, 1 failed "
			      "check, 2 usage, 3 infrastructure, 4 no verdict, 130 interrupted.",
			      width);
}

static int help_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

/* The commands whose first word is @word: "db info", "db check"…; false when there is none. */
static bool help_group(const char *word, size_t width, struct nn_strbuf *sb)
{
	size_t len = strlen(word);
	bool has_any = false;

	for (size_t i = 0; i < nn_nr_commands; i++) {
		const char *name = nn_commands[i]->name;

		if (strncmp(name, word, len) != 0 || name[len] != ' ')
			continue;
		help_row(nn_commands[i], width, sb);
		has_any = true;
	}
	return has_any;
}

static int help_of(const struct nn_cmd *cmd, struct nn_operands *words, struct nn_strbuf *sb)
{
	size_t width = nn_terminal_columns(STDOUT_FILENO);
	int nr_words;
	const struct nn_command *command =
		nn_command_find((int)words->nr, (char *const *)words->values, &nr_words);
	struct nn_err err = {0};

	if (!command && !help_group(words->values[0], width, sb)) {
		(void)nn_err_set(&err, -EINVAL, "unknown command '%s'", words->values[0]);
		return nn_command_fail(cmd, &err);
	}
	if (!command)
		return NN_EXIT_OK;
	nn_command_usage(command, width, sb);
	return NN_EXIT_OK;
}

const struct nn_command nn_command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "Explain the commands, or one of them",
	.options = help_options,
	.execute = help_execute,
};

static int help_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands words = {0};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct help_options options = {0};
	int rc = nn_command_parse(cmd, &nn_command_help, argc, argv, &options, &words,
				  (const size_t[]){0, 2});

	if (rc)
		return rc;
	if (options.is_version)
		nn_strbuf_add(&sb, "nearnative " NN_VERSION "\n");
	else if (options.is_man)
		nn_manual_roff(&sb);
	else if (words.nr)
		rc = help_of(cmd, &words, &sb);
	else
		help_overview(nn_terminal_columns(STDOUT_FILENO), &sb);
	return rc ? rc : nn_command_print(cmd, &sb);
}
