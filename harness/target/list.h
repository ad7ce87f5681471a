/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every target, sorted by name: one line adds one. The symbol is nn_target_<argument>. */
NN_TARGET(libvirt)
NN_TARGET(local)
