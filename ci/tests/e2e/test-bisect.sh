# SPDX-License-Identifier: GPL-3.0-or-later
# `git bisect run` finds the commit that made software slower, and each exit code of a step is the
# one that git-bisect(1) wants. The software is a clock that a session's agent loads; one commit
# makes reading it cost twenty times as much, which stands out on a busy machine too. Iterations are
# too few for a judgement of their steady state, which a busy machine would not pass.
. ci/tests/e2e/lib.sh

plan=$NN_SCRATCH/plan.yaml
cat >"$plan" <<-'END'
	name: step
	arms:
	  - {name: good, target: local}
	  - {name: candidate, target: local}
	workloads:
	  - {name: "null", iterations: 6, warmup: 1, settings: {sections: "60000"}}
	design: {blocks: 5, runs: 1}
	allow_emulated: true
END

# Every agent loads a clock: that of the good arm never changes, as a known-good kernel would not.
export BISECT_DB=$db BISECT_LIBS=$NN_SCRATCH BISECT_AGENT=$NN_STAGE/bin/nearnative-agent
cat >"$NN_SCRATCH/agent" <<-'END'
	#!/bin/bash
	arm=$(sqlite3 -readonly -cmd '.timeout 5000' "$BISECT_DB" "SELECT arm.name FROM boot
		JOIN arm ON arm.id = boot.arm WHERE boot.uuid = '$NEARNATIVE_BOOT'")
	[ -n "$arm" ] || exit 1
	[ "$arm" = good ] || [ -z "${BISECT_CANDIDATE-}" ] || BISECT_AGENT=$BISECT_CANDIDATE
	LD_PRELOAD=$BISECT_LIBS/$arm.so exec "$BISECT_AGENT"
END
chmod +x "$NN_SCRATCH/agent"

# clock COST: the source of a clock whose readings cost so many turns of a loop more.
clock() {
	cat <<-END
		#include <dlfcn.h>
		#include <time.h>
		int clock_gettime(clockid_t id, struct timespec *ts)
		{
			static int (*next)(clockid_t, struct timespec *);
			if (!next)
				next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
			for (volatile int i = 0; i < $1; i++)
				;
			return next(id, ts);
		}
	END
}

# build SOURCE NAME
build() {
	"${CC:-cc}" -D_GNU_SOURCE -O1 -shared -fPIC -o "$NN_SCRATCH/$2.so" "$1" -ldl
}

clock 0 >"$NN_SCRATCH/quick.c"
clock 1000 >"$NN_SCRATCH/slow.c"
build "$NN_SCRATCH/quick.c" good

step=(nearnative bisect "$plan" --db "$db" --agent "$NN_SCRATCH/agent" --threshold 75%)
pair=("${step[@]}" --base good --arm candidate)

# ---- git bisect run ----

repo=$NN_SCRATCH/repo
git() {
	command git -C "$repo" -c user.name=nobody -c user.email=nobody@localhost "$@"
}
mkdir "$repo"
git init --quiet --initial-branch=main
for commit in 1 2 3 4 5 6 7 8; do
	clock $((commit < 6 ? 0 : 1000)) >"$repo/clock.c"
	[ "$commit" -ne 4 ] || echo 'this does not compile' >>"$repo/clock.c"
	echo "/* commit $commit */" >>"$repo/clock.c"
	git add clock.c
	git commit --quiet --message "commit $commit"
done
cat >"$NN_SCRATCH/step" <<-END
	#!/bin/bash
	${CC:-cc} -D_GNU_SOURCE -O1 -shared -fPIC -o '$NN_SCRATCH/candidate.so' clock.c -ldl || exit 125
	$(printf '%q ' "${pair[@]}") --max-rounds 4
END
chmod +x "$NN_SCRATCH/step"
git bisect start main main~7 >"$NN_SCRATCH/bisect.log"
git bisect run "$NN_SCRATCH/step" >>"$NN_SCRATCH/bisect.log" 2>&1 ||
	{ cat "$NN_SCRATCH/bisect.log"; fail 'git bisect run failed'; }
expect 'the culprit' "$(git log -1 --format=%s refs/bisect/bad)" 'commit 6'
expect_text "$NN_SCRATCH/bisect.log" 'is the first bad commit'
expect_text "$NN_SCRATCH/bisect.log" '^nearnative: round [1-4] of 4: bad: null:cost of candidate against good: [89][0-9] % slower'
expect_text "$NN_SCRATCH/bisect.log" '^nearnative: round 1 of 4: (good|near)'

# ---- exit codes, one by one ----

# 0, 1: what was built is as fast, or it is not; the summary says so to people and programs.
build "$NN_SCRATCH/quick.c" candidate
expect_exit 0 "${pair[@]}" --max-rounds 4 --format json
expect 'outcome' "$(jq -r '.schema, .outcome, .exit, .rows[0].outcome' "$NN_SCRATCH/out" | xargs)" \
	'nearnative.bisect/1 good 0 good'
expect 'rounds are pooled' "$(jq '.rows[0].boots == 5 * (.campaigns | length)' "$NN_SCRATCH/out")" true
! has_validator || valid "$NN_SCRATCH/out" nearnative.bisect.1
build "$NN_SCRATCH/slow.c" candidate
expect_exit 1 "${pair[@]}"
expect_text "$NN_SCRATCH/out" '^bad: threshold 75 %, [1-3] rounds? of 3'

# 125: too few boots after all rounds, which have seeds of their own.
sed 's/blocks: 5/blocks: 1, seed: 7/' "$plan" >"$NN_SCRATCH/short.yaml"
expect_exit 125 nearnative bisect "$NN_SCRATCH/short.yaml" --db "$db" --base good --arm candidate \
	--agent "$NN_SCRATCH/agent" --max-rounds 2
expect_text "$NN_SCRATCH/err" '^nearnative: round 2 of 2: near the threshold'
expect_sql "SELECT group_concat(seed) FROM campaign WHERE plan_text LIKE '%seed: 7%'" 7,8

# 125: figures that cannot be trusted, here of an agent that is another build.
cp "$BISECT_AGENT" "$NN_SCRATCH/other-agent"
echo >>"$NN_SCRATCH/other-agent"
BISECT_CANDIDATE=$NN_SCRATCH/other-agent expect_exit 125 "${pair[@]}"
expect_text "$NN_SCRATCH/out" "^cannot tell:"
expect_text "$NN_SCRATCH/out" "the agent's build differs"
BISECT_CANDIDATE=$NN_SCRATCH/other-agent expect_exit 125 "${pair[@]}" --format json
expect 'what cannot be told' "$(jq -r '.outcome, .exit, .rows[0].p_bad' "$NN_SCRATCH/out" | xargs)" \
	'cannot tell 125 null'
! has_validator || valid "$NN_SCRATCH/out" nearnative.bisect.1

# 125: boots that fail.
rm "$NN_SCRATCH/candidate.so"
BISECT_CANDIDATE=/bin/false expect_exit 125 "${pair[@]}"
expect_text "$NN_SCRATCH/err" 'one boot failed 4 times'
expect_text "$NN_SCRATCH/out" '^cannot tell:'

# 128: whatever every commit would end with.
stops() { # pattern of the message, command…
	local pattern=$1

	shift
	expect_exit 128 "$@"
	expect_text "$NN_SCRATCH/err" "$pattern"
	[ ! -s "$NN_SCRATCH/out" ] || fail "a summary of nothing: $*"
}
stops "needs PLAN" nearnative bisect
stops "unknown option" nearnative bisect --nonsense "$plan"
stops "needs --base ARM and --arm ARM, or --baseline NAME" "${step[@]}"
stops "not both" "${pair[@]}" --baseline x
stops "the same arm 'good'" "${step[@]}" --base good --arm good
stops "has no arm 'vm', it has 'good', 'candidate'" "${step[@]}" --base good --arm vm
stops "measures nothing that matches compute/\*:\*" "${pair[@]}" --workload 'compute/*'
stops "max-rounds: 0" "${pair[@]}" --max-rounds 0
stops "unknown format 'html'" "${pair[@]}" --format html
stops "no-such.yaml" nearnative bisect "$NN_SCRATCH/no-such.yaml" --base good --arm candidate
stops "baseline 'released'" "${step[@]}" --baseline released
stops "no-such-agent" "${pair[@]}" --agent "$NN_SCRATCH/no-such-agent"
echo 'no database' >"$NN_SCRATCH/text"
stops "$NN_SCRATCH/text" "${pair[@]}" --db "$NN_SCRATCH/text"
sed '1a device: "0000:7f:1f.7"' "$plan" >"$NN_SCRATCH/device.yaml"
stops "0000:7f:1f.7" nearnative bisect "$NN_SCRATCH/device.yaml" --db "$NN_SCRATCH/new.db" \
	--base good --arm candidate
[ ! -e "$NN_SCRATCH/new.db" ] || fail 'a database that holds nothing was left'

# 130: interrupted; what a shell makes of it ends the bisection too.
build "$NN_SCRATCH/slow.c" candidate
done_before=$(sql "SELECT count(*) FROM boot WHERE state = 'done'")
"${pair[@]}" >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
wait_for 30 has_row "SELECT count(*) > $done_before FROM boot WHERE state = 'done'"
kill -INT $!
status=0
wait $! || status=$?
expect 'exit after SIGINT' "$status" 130
expect_sql "SELECT state FROM campaign ORDER BY id DESC LIMIT 1" interrupted

# ---- against a baseline ----

build "$NN_SCRATCH/quick.c" candidate
expect_exit 0 nearnative run --quiet --db "$db" --agent "$NN_SCRATCH/agent" "$plan"
expect_exit 0 nearnative baseline set released --db "$db"
expect_exit 0 "${step[@]}" --baseline released --arm candidate --max-rounds 4
expect_text "$NN_SCRATCH/out" 'null:cost of B:candidate against A:candidate'
build "$NN_SCRATCH/slow.c" candidate
expect_exit 1 "${step[@]}" --baseline released --max-rounds 4

# 128, before anything is measured: a baseline from which no candidate could be told.
nr_campaigns=$(sql "SELECT count(*) FROM campaign")
unfit() { # pattern of the message, plan, further arguments
	local pattern=$1 of=$2

	shift 2
	stops "$pattern" nearnative bisect "$of" --db "$db" --agent "$NN_SCRATCH/agent" "$@"
	expect_sql "SELECT count(*) FROM campaign" "$nr_campaigns"
}
change() { # sed script, name of the new plan
	sed "$1" "$plan" >"$NN_SCRATCH/$2.yaml"
}
change 's/60000/50000/' unlike
unfit 'the baseline is not alike: plan.workload.null \(axis plan\)' "$NN_SCRATCH/unlike.yaml" \
	--baseline released
change 's/name: candidate/name: renamed/' renamed
unfit "does not measure 'candidate', which is judged" "$NN_SCRATCH/renamed.yaml" --baseline released
unfit "unknown arm 'renamed', the campaigns have 'good', 'candidate'" "$NN_SCRATCH/renamed.yaml" \
	--baseline released --arm renamed
change 's/name: "null", .*/name: system\/timer}/' timer
unfit "does not measure 'null', which the baseline has" "$NN_SCRATCH/timer.yaml" --baseline released
short=$(sql "SELECT uuid FROM campaign WHERE plan_text LIKE '%seed: 7%' AND state = 'done' LIMIT 1")
unfit "baseline 'step': null:cost of good: fewer than 5 boots: 1" "$NN_SCRATCH/short.yaml" \
	--baseline "campaign:$short"
failed=$(sql "SELECT uuid FROM campaign WHERE state = 'failed' LIMIT 1")
unfit "no finished boot measured anything that is judged" "$plan" --arm candidate \
	--baseline "campaign:$failed"
sqlite3 "$db" "UPDATE machine SET is_emulated = 1"
change 's/allow_emulated: true/allow_emulated: false/' real
unfit "its machine is emulated, which plan '.*' does not allow" "$NN_SCRATCH/real.yaml" \
	--baseline released
sqlite3 "$db" "UPDATE campaign SET allow_emulated = 0 WHERE id = (SELECT campaign FROM baseline)"
unfit "baseline 'step': null:cost of good: emulated: " "$plan" --baseline released
sqlite3 "$db" "UPDATE machine SET is_emulated = 0, fingerprint = 'another'"
unfit 'the baseline is not alike: fingerprint \(axis board\)' "$plan" --baseline released
sqlite3 "$db" "UPDATE fact SET value = 'older' WHERE side = 'host' AND name = 'build'"
unfit 'build \(axis harness\) differ; --allow AXIS names what may' "$plan" --baseline released
