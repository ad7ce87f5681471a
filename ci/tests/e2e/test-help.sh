# SPDX-License-Identifier: GPL-3.0-or-later
# Help breaks its lines between words: at 80 columns, or where the terminal ends.
. ci/tests/e2e/lib.sh

fits() { # columns, what was asked
	[ -s "$NN_SCRATCH/text" ] || fail "no help: $2"
	! LC_ALL=C.UTF-8 grep -nE "^.{$(($1 + 1)),}" "$NN_SCRATCH/text" || fail "wider than $1: $2"
}

words() {
	tr -s ' \r\n' '\n' <"$1" | tr '\n' ' '
}

names=$(nearnative help | sed -n 's/^  \([a-z]\{1,\} \{0,1\}[a-z]*\)  .*/\1/p')
expect_text <(echo "$names") '^baseline list$'
while read -r name; do
	for of in "help $name" "$name --help"; do
		# shellcheck disable=SC2086
		nearnative $of >"$NN_SCRATCH/text"
		fits 80 "$of"
	done
done <<<"$names"
for group in baseline db plan; do
	nearnative help "$group" >"$NN_SCRATCH/text"
	fits 80 "help $group"
	expect_exit 0 nearnative "$group" --help
	cmp "$NN_SCRATCH/out" "$NN_SCRATCH/text" || fail "other help: $group --help"
done
expect_exit 2 nearnative nonsense --help
expect_text "$NN_SCRATCH/err" "unknown command 'nonsense'"
nearnative-agent --help >"$NN_SCRATCH/text"
fits 80 "the agent"
nearnative help >"$NN_SCRATCH/text"
fits 80 help

# The width of a terminal, and no word lost or cut.
command -v script >/dev/null || { echo 'skipped: no script(1) to make a terminal'; exit 0; }
nearnative help gate >"$NN_SCRATCH/wide"
script -qec 'stty cols 57; nearnative help gate' /dev/null </dev/null | tr -d '\r' >"$NN_SCRATCH/text"
fits 57 'help gate on a terminal of 57 columns'
expect 'the words' "$(words "$NN_SCRATCH/text")" "$(words "$NN_SCRATCH/wide")"
