/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey of a machine's devices, as a database of somebody else's keeps it. */
#include "ci/fuzz/fuzz.h"

#include "harness/device/survey-compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	json_t *json = json_loadb((const char *)bytes, size, 0, NULL);
	NN_AUTO(board_side) struct nn_board_side side = {0};
	struct nn_boards boards = {0};
	struct nn_err err = {0};
	int rc = json ? nn_board_side_read(json, &side, &err) : 0;

	if (rc)
		fuzz_check_failure(rc, &err);
	if (json && !rc) {
		nn_boards_compare(&side, &side, &boards);
		json_decref(nn_boards_json(&boards));
		nn_boards_release(&boards);
	}
	json_decref(json);
	return 0;
}
