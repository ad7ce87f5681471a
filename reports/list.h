/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every report, sorted by name: one line adds one. The symbol is nn_report_<argument>. */
NN_REPORT(html)
NN_REPORT(json)
NN_REPORT(text)
