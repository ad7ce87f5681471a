/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every collector, sorted by name: one line adds one. The symbol is nn_collector_<argument>. */
NN_COLLECTOR(events_kernel_log)
NN_COLLECTOR(events_throttle)
NN_COLLECTOR(facts_block)
NN_COLLECTOR(facts_cpu)
NN_COLLECTOR(facts_device)
NN_COLLECTOR(facts_firmware)
NN_COLLECTOR(facts_hypervisor)
NN_COLLECTOR(facts_system)
NN_COLLECTOR(facts_virtualization)
NN_COLLECTOR(telemetry_cpu)
