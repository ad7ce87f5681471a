# SPDX-License-Identifier: GPL-3.0-or-later
# A file that is corrupt, newer or no database of ours is refused with a clear message and exit 3,
# and is left as it was.
. ci/tests/e2e/lib.sh

refused() { # file, phrase
	local before

	before=$(sha256sum <"$1")
	expect_exit 3 nearnative run --db "$1" ci/tests/e2e/slow.yaml
	expect_text "$NN_SCRATCH/err" "$2"
	expect_exit 3 nearnative report --db "$1"
	expect_text "$NN_SCRATCH/err" "$2"
	expect "content of $1" "$(sha256sum <"$1")" "$before"
}

expect_exit 3 nearnative report --db "$NN_SCRATCH/none.db"
expect_text "$NN_SCRATCH/err" 'none.db'

sed 's/blocks: 2/blocks: 1/; s/iterations: 40/iterations: 2/' ci/tests/e2e/slow.yaml >"$NN_SCRATCH/quick.yaml"
expect_exit 0 nearnative run --db "$db" "$NN_SCRATCH/quick.yaml"
cp "$db" "$NN_SCRATCH/newer.db"
sqlite3 "$NN_SCRATCH/newer.db" 'PRAGMA user_version = 99'
refused "$NN_SCRATCH/newer.db" 'format 99'

cp "$db" "$NN_SCRATCH/corrupt.db"
dd if=/dev/urandom of="$NN_SCRATCH/corrupt.db" bs=4096 seek=1 count=8 conv=notrunc status=none
refused "$NN_SCRATCH/corrupt.db" 'corrupt.db'

echo 'this is a text, not a database, and long enough to be read as one' >"$NN_SCRATCH/text.db"
refused "$NN_SCRATCH/text.db" 'text.db'
sqlite3 "$NN_SCRATCH/other.db" 'CREATE TABLE t (x); PRAGMA application_id = 1'
refused "$NN_SCRATCH/other.db" 'other.db'

# A full disk ends the campaign at once with the reason; what was acknowledged is kept.
mkdir "$NN_SCRATCH/small"
if mount -t tmpfs -o size=400k tmpfs "$NN_SCRATCH/small" 2>/dev/null; then
	started=$SECONDS
	expect_exit 3 nearnative run --quiet --db "$NN_SCRATCH/small/full.db" ci/tests/e2e/slow.yaml
	expect_text "$NN_SCRATCH/err" 'full'
	[ $((SECONDS - started)) -lt 60 ] || fail "it took $((SECONDS - started)) s to notice"
	umount "$NN_SCRATCH/small"
else
	echo "skipped: a full disk: tmpfs cannot be mounted here"
fi

# An orchestrator was killed before its database was anything: there is nothing to put back.
: >"$NN_SCRATCH/empty.db"
expect_exit 0 nearnative restore --db "$NN_SCRATCH/empty.db"
