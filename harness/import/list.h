/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every importer, sorted by name: one line adds one. The symbol is nn_importer_<argument>. */
NN_IMPORTER(clpeak)
NN_IMPORTER(fio)
NN_IMPORTER(glmark2)
NN_IMPORTER(hyperfine)
NN_IMPORTER(nvbandwidth)
NN_IMPORTER(phoronix)
NN_IMPORTER(stress_ng)
