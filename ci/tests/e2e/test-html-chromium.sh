# SPDX-License-Identifier: GPL-3.0-or-later
# The HTML report in a browser, of a campaign whose guest writes markup wherever it may write: it
# stays text, nothing runs, nothing is asked of the network, the page fits a phone, every link leads
# somewhere, and the same database gives the same bytes.
. ci/tests/e2e/lib.sh

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$browser" ] || {
	echo "skipped: no Chromium is installed (apt-get install chromium)"
	exit 0
}

hostile='</svg></style><script>alert(1)</script><img src=x onerror=alert(2)>]]>&"'"'"
page=$NN_SCRATCH/report.html

# ---- a campaign with everything the page shows ----

cat >"$NN_SCRATCH/plan.yaml" <<'END'
name: html
arms:
  - {name: native, target: local}
  - {name: vm, target: local}
workloads:
  - {name: "null", iterations: 20, warmup: 1}
  - {name: system/timer, iterations: 10, warmup: 1, settings: {interval: 1ms, count: 5}}
design: {blocks: 5, runs: 2, seed: 7}
claims:
  - "vm >= 50% of native for null"
  - "vm >= 1% of native"
deadlines: {run: 30s, upload: 10s, hello: 20s, shutdown: 10s}
END
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/plan.yaml"

quoted=${hostile//"'"/"''"}
sqlite3 "$db" <<END
UPDATE metric SET name = 'm$quoted', unit = 'u$quoted' WHERE name = 'latency';
UPDATE run SET workload = 'w$quoted' WHERE workload = 'system/timer';
UPDATE run SET is_software = 1, note = 'n$quoted';
UPDATE machine SET description = 'd$quoted';
UPDATE telemetry SET name = 't$quoted', unit = 'u$quoted' WHERE name = 'cpu.user';
UPDATE fact SET value = 'f$quoted' WHERE name = 'kernel.release';
INSERT INTO fact (boot, side, name, value)
	SELECT id, 'system', 'name$quoted', 'value ' || id || '$quoted' FROM boot;
INSERT INTO event (campaign, boot, side, severity, kind, message, stored)
	SELECT 1, id, 'system', 'error', 'k$quoted', 'e$quoted' || char(27, 8238), '' FROM boot;
END

expect_exit 0 nearnative report --db "$db" --format html --output "$page"
expect_exit 0 nearnative report --db "$db" --format html --output "$NN_SCRATCH/again.html"
cmp "$page" "$NN_SCRATCH/again.html" || fail "the same database gave other bytes"
xmllint --noout "$page" || fail "the page is no well-formed XML"

# ---- the browser, driven over its debugging pipe: messages end in a zero byte ----

mkfifo "$NN_SCRATCH/to" "$NN_SCRATCH/from"
mkdir "$NN_SCRATCH/downloads"
# Without its sandbox, which containers forbid: the page is our own. No profile, no proxy, no net.
HOME=$NN_SCRATCH "$browser" --headless=new --no-sandbox --disable-gpu --remote-debugging-pipe \
	--no-first-run --disable-background-networking --user-data-dir="$NN_SCRATCH/profile" \
	about:blank 3<"$NN_SCRATCH/to" 4>"$NN_SCRATCH/from" 2>"$NN_SCRATCH/browser.log" &
browser_pid=$!
trap 'kill "$browser_pid" 2>/dev/null; wait "$browser_pid" 2>/dev/null || true' EXIT
exec {to}>"$NN_SCRATCH/to" {from}<"$NN_SCRATCH/from"
last_id=0
session=
messages=$NN_SCRATCH/messages
: >"$messages"

# next_message: into $message; the browser answers within the time or has failed.
next_message() {
	IFS= read -r -d '' -t 40 message <&"$from" || {
		cat "$NN_SCRATCH/browser.log" >&2
		fail "the browser says nothing any more"
	}
	printf '%s\n' "$message" >>"$messages"
}

# ask METHOD [PARAMS]: its result into $result.
ask() {
	local params=${2:-}

	last_id=$((last_id + 1))
	jq -cjn --argjson id "$last_id" --arg method "$1" --arg session "$session" \
		--argjson params "${params:-{\}}" \
		'{$id, $method, $params} + if $session == "" then {} else {sessionId: $session} end' >&"$to"
	printf '\0' >&"$to"
	until next_message && [ "$(jq -r '.id // 0' <<<"$message")" -eq "$last_id" ]; do :; done
	result=$(jq -c '.result // empty' <<<"$message")
	[ -n "$result" ] || fail "$1: $message"
}

# wait_for_event METHOD: it may have come already, after line $1 of the messages.
wait_for_event() { # lines before, method
	until tail -n "+$(($1 + 1))" "$messages" | jq -e "select(.method == \"$2\")" >/dev/null; do
		next_message
	done
}

# evaluate EXPRESSION: its value into $value, a string.
evaluate() {
	ask Runtime.evaluate "$(jq -cn --arg e "String($1)" '{expression: $e, returnByValue: true}')"
	value=$(jq -r '.result.value' <<<"$result")
}

# yields WHAT EXPRESSION WANTED
yields() {
	evaluate "$2"
	expect "$1" "$value" "$3"
}

# visit WIDTH HEIGHT light|dark [print]
visit() {
	local lines

	ask Emulation.setDeviceMetricsOverride \
		"{\"width\": $1, \"height\": $2, \"deviceScaleFactor\": 1, \"mobile\": $([ "$1" -lt 500 ] && echo true || echo false)}"
	ask Emulation.setEmulatedMedia \
		"{\"media\": \"${4:-}\", \"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"$3\"}]}"
	lines=$(wc -l <"$messages")
	ask Page.navigate "$(jq -cn --arg url "file://$(realpath "$page")" '{$url}')"
	wait_for_event "$lines" Page.loadEventFired
}

ask Target.createTarget '{"url": "about:blank"}'
ask Target.attachToTarget "$(jq -c '. + {flatten: true}' <<<"$result")"
session=$(jq -r .sessionId <<<"$result")
for domain in Page Runtime Log Network Audits; do
	ask "$domain.enable"
done

# ---- what it shows, in each form ----

text=$(jq -cn --arg s "$hostile" '$s')
elements=$(xmllint --xpath 'count(//*)' "$page")

# One question for all, so that the answer is a table of what and how many.
check=$(cat <<END
JSON.stringify({
	'elements that load or run': all('script, img, iframe, object, embed, foreignObject').length,
	'attributes that would run': all('*').filter(e => [...e.attributes].some(a =>
		a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value))).length,
	'hostile texts hidden': document.body.textContent.includes($text) ? 0 : 1,
	'elements that the browser had to mend': all('*').length - $elements,
	'pixels too wide': Math.max(0, document.documentElement.scrollWidth - WIDTH),
	'elements cut at the right': all('body *').filter(e => !e.closest('.skip, .scroll') &&
		e.getBoundingClientRect().right > WIDTH + 1).length,
	'style sheets refused': getComputedStyle(all('.skip')[0]).position == 'absolute' ? 0 : 1,
	'links to nowhere': all('a[href^="#"]').filter(a =>
		!document.getElementById(a.getAttribute('href').slice(1))).length,
	'names given twice': (ids => ids.length - new Set(ids).size)(all('[id]').map(e => e.id)),
	'charts without a name': all('svg[role=img]').filter(s =>
		!s.querySelector('title')?.textContent).length,
	'charts too few': Math.max(0, 20 - all('svg[role=img]').length),
})
END
)

check_page() { # WIDTH …
	evaluate "(all => ${check//WIDTH/$1})(selector => [...document.querySelectorAll(selector)])"
	value=$(jq -r 'to_entries[] | select(.value != 0) | "\(.key): \(.value)"' <<<"$value")
	[ -z "$value" ] || fail "$*: $value"
}

for form in '1280 900 light' '1280 900 dark' '390 844 light' '390 844 dark'; do
	# shellcheck disable=SC2086
	visit $form
	# shellcheck disable=SC2086
	check_page $form
	evaluate "getComputedStyle(document.body).backgroundColor"
	backgrounds="${backgrounds:-}$value;"
done
expect "colours of light and dark" \
	"$(tr ';' '\n' <<<"$backgrounds" | sort -u | grep -c rgb)" 2

# the first screen holds the claims and begins the plot
visit 1280 900 light
yields "claims on the first screen" \
	"document.querySelector('.claims').getBoundingClientRect().bottom < 900" true
yields "plot on the first screen" \
	"document.querySelector('.forest .point').getBoundingClientRect().bottom < 900" true

visit 800 1100 dark print
check_page 800 print
yields "paper is white" "getComputedStyle(document.body).backgroundColor" 'rgb(255, 255, 255)'
yields "no menu on paper" "getComputedStyle(document.querySelector('nav')).display" none

# ---- the data, which the page carries ----

visit 390 844 light
ask Browser.setDownloadBehavior \
	"$(jq -cn --arg path "$(realpath "$NN_SCRATCH/downloads")" '{behavior: "allow", downloadPath: $path}')"
yields "a click" "document.querySelector('a[download]').click()" undefined
csv=$NN_SCRATCH/downloads/nearnative-html-boots.csv
wait_for 20 test -s "$csv"
expect "boots in the download" "$(grep -c . "$csv")" "$((1 + 2 * 5 * $(sql 'SELECT count(*) FROM metric')))"
expect_exit 0 nearnative analyse "$csv" --format json
jq -r '.comparisons[] | select(.workload == "null") | .ratio * 1e9 | round' <"$NN_SCRATCH/out" >"$NN_SCRATCH/analysed"
expect_exit 0 nearnative report --db "$db" --format json
jq -r '.comparisons[] | select(.workload == "null") | .ratio * 1e9 | round' <"$NN_SCRATCH/out" >"$NN_SCRATCH/reported"
expect "ratio of the downloaded boots" "$(cat "$NN_SCRATCH/analysed")" "$(cat "$NN_SCRATCH/reported")"

# ---- what the browser complained about, or asked for ----

complaints=$(jq -r 'select(.method == "Log.entryAdded" or .method == "Runtime.exceptionThrown" or
	.method == "Runtime.consoleAPICalled" or .method == "Audits.issueAdded" or
	.method == "Page.javascriptDialogOpening") | [.method, (.params | tostring)] | join(": ")' "$messages")
[ -z "$complaints" ] || fail "the browser complains: ${complaints:0:2000}"
requests=$(jq -r 'select(.method == "Network.requestWillBeSent") | .params.request.url' "$messages" |
	grep -vE "^file://.*/report\\.html$|^data:," | cut -c 1-200 | grep -v '^data:text/csv' || true)
[ -z "$requests" ] || fail "the page asked for: $requests"
