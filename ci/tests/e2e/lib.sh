# SPDX-License-Identifier: GPL-3.0-or-later
# What end-to-end tests share. They use the installed commands as a user would and read the database
# with the sqlite3 shell. $NN_SCRATCH is a folder of the test's own; $NN_STAGE has what was installed,
# $NN_BUILD what was not.
# shellcheck shell=bash
set -euo pipefail

db=$NN_SCRATCH/results.db

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

sql() {
	sqlite3 -readonly "$db" "$1"
}

expect() { # what it is, actual, wanted
	[ "$2" = "$3" ] || fail "$1: '$2', wanted '$3'"
}

expect_sql() { # query, wanted
	expect "$1" "$(sql "$1")" "$2"
}

expect_text() { # file, extended regular expression
	grep -qE -- "$2" "$1" || { cat "$1" >&2; fail "no /$2/ in $1"; }
}

# expect_exit CODE COMMAND…: output goes to $NN_SCRATCH/out and $NN_SCRATCH/err.
expect_exit() {
	local wanted=$1 status=0

	shift
	"$@" >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" || status=$?
	[ "$status" -eq "$wanted" ] || {
		cat "$NN_SCRATCH/out" "$NN_SCRATCH/err" >&2
		fail "'$*' ended with $status, wanted $wanted"
	}
}

# wait_for SECONDS COMMAND…: until it succeeds.
wait_for() {
	local deadline=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || fail "waited in vain for: $*"
		sleep 0.1
	done
}

# has_row QUERY: does it yield anything but 0 and nothing?
has_row() {
	local answer

	answer=$(sqlite3 -readonly "$db" "$1" 2>/dev/null) && [ -n "$answer" ] && [ "$answer" != 0 ]
}

# fact ARM NAME: its value, whichever side it is of.
fact() {
	sql "SELECT fact.value FROM fact JOIN boot ON boot.id = fact.boot JOIN arm
		ON arm.id = boot.arm WHERE arm.name = '$1' AND boot.state = 'done'
		AND fact.name = '$2'"
}

# unsure_settings ARM: those that are not in effect, or not known to be.
unsure_settings() {
	sql "SELECT DISTINCT substr(r.name, 11) FROM boot JOIN arm ON arm.id = boot.arm JOIN fact r
		ON r.boot = boot.id AND r.name GLOB 'requested.*' WHERE arm.name = '$1'
		AND boot.state = 'done' AND NOT EXISTS (SELECT 1 FROM fact e WHERE e.boot = boot.id
		AND e.value = r.value AND e.name = 'effective.' || substr(r.name, 11))"
}

# lab TOPOLOGY COMMAND…
lab() {
	local topology=$1

	shift
	ci/lab/run --topology "ci/lab/topologies/$topology.topology" \
		--results "$NN_SCRATCH" --keep-log "$NN_SCRATCH/lab-console.log" \
		--deadline 1800 -- "$@"
}

# Is there a JSON Schema validator, of another project than ours?
has_validator() {
	local candidate

	for candidate in /usr/bin/python3 python3; do
		"$candidate" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null ||
			continue
		validator=$candidate
		return
	done
	return 1
}

validate() { # file, schema without its endings: prints the first errors, 1 when there are any
	"$validator" - "reports/schema/$2.schema.json" "$1" <<'END'
import json
import sys

import jsonschema

schema, report = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(report), key=str)
for error in errors[:5]:
    print("/".join(map(str, error.absolute_path)), error.message[:300])
sys.exit(bool(errors))
END
}

valid() { # as above
	validate "$@" || fail "$1 is not what the schema $2 says"
}
