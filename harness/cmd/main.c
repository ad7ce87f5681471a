/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/wrap.h"
#include "harness/cmd/command.h"

static volatile sig_atomic_t is_stopped;

static void on_signal(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

/* No SA_RESTART: a signal is to end poll(2) at once. */
static void install_handlers(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static bool wants_help(int argc, char *const *argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
		if (strcmp(argv[i], "--") == 0)
			break;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct nn_cmd cmd = {.log = nn_log_stderr("nearnative", NN_LOG_INFO),
			     .sysroot = NN_SYSROOT_LIVE,
			     .stop = &is_stopped};
	char help_word[] = "help";
	char *const help[] = {help_word, NULL};
	const struct nn_command *command;
	int nr_words = 0;

	install_handlers();
	if (argc < 2) {
		nn_log_line(&cmd.log, NN_LOG_ERROR, "no command, try 'nearnative help'");
		return NN_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || wants_help(1, argv + 1)) {
		bool wants_version = strcmp(argv[1], "--version") == 0;

		command = nn_command_find(1, help, &nr_words);
		return command->execute(&cmd, wants_version, argv + 1);
	}
	command = nn_command_find(argc - 1, argv + 1, &nr_words);
	if (!command && argc > 2 && wants_help(1, argv + 2)) { /* of a group, as in "db --help" */
		command = nn_command_find(1, help, &nr_words);
		return command->execute(&cmd, 1, argv + 1);
	}
	if (!command) {
		nn_log_line(&cmd.log, NN_LOG_ERROR, "unknown command '%s%s%s'", argv[1],
			    argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
		nn_log_line(&cmd.log, NN_LOG_INFO, "try 'nearnative help' or 'nearnative help %s'",
			    argv[1]);
		return NN_EXIT_USAGE;
	}
	if (wants_help(argc - 1 - nr_words, argv + 1 + nr_words)) {
		NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

		nn_command_usage(command, nn_terminal_columns(STDOUT_FILENO), &text);
		return nn_command_print(&cmd, &text);
	}
	return command->execute(&cmd, argc - 1 - nr_words, argv + 1 + nr_words);
}
