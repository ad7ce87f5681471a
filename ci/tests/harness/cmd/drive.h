/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands executed as main() would, in this process: what they log is kept, what they print goes
 * to a file.
 */
#ifndef NN_CI_TESTS_HARNESS_CMD_DRIVE_H
#define NN_CI_TESTS_HARNESS_CMD_DRIVE_H

#include "ci/tests/reports/pair.h"
#include "harness/cmd/command.h"

struct drive {
	int code;
	char *log;
	char *output; /* of --output, or NULL */
};

static inline void drive_release(struct drive *drive)
{
	free(drive->log);
	free(drive->output);
}

NN_AUTO_DEFINE(drive, struct drive, drive_release(p))

static inline char *drive_read(const char *path)
{
	NN_AUTO(file) FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t cap = 0;

	if (!file || getdelim(&text, &cap, EOF, file) < 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* @arguments: NULL ends them; --db and --output are added. */
static inline struct drive drive_command(struct pair *pair, const struct nn_command *command,
					 const char *const *arguments, bool has_output)
{
	NN_AUTO(free) char *output = nn_asprintf("%s/output", pair->folder);
	const char *argv[32] = {"--db", pair->path, "--output", output};
	struct drive drive = {0};
	size_t log_len = 0;
	FILE *log = open_memstream(&drive.log, &log_len);
	struct nn_cmd cmd = {.log = {.out = log, .program = "nearnative", .level = NN_LOG_INFO},
			     .sysroot = NN_SYSROOT_LIVE};
	int argc = has_output ? 4 : 2;

	pair_close(pair);
	(void)unlink(output);
	for (size_t i = 0; arguments[i]; i++)
		argv[argc++] = arguments[i];
	drive.code = command->execute(&cmd, argc, (char *const *)argv);
	(void)fclose(log);
	drive.output = drive_read(output);
	return drive;
}

#define DRIVE(pair, command, has_output, ...)        \
	drive_command((pair), &nn_command_##command, \
		      (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL}, (has_output))

static inline void drive_expect(const struct drive *drive, int code, const char *log)
{
	if (drive->code != code)
		fail_msg("exit %d, wanted %d: %s", drive->code, code, drive->log);
	if (log)
		assert_text(drive->log, log);
}

#endif
