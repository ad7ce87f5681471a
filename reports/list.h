/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every report, sorted by name: one line adds one. The symbol is nn_report_<argument>. */
NN_REPORT(bencher)
NN_REPORT(csv)
NN_REPORT(github_action_benchmark)
NN_REPORT(html)
NN_REPORT(json)
NN_REPORT(junit)
NN_REPORT(markdown)
NN_REPORT(openmetrics)
NN_REPORT(text)
