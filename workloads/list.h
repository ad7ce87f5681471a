/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every workload, sorted by name: one line adds one. The symbol is nn_workload_<argument>. */
NN_WORKLOAD(compute_bandwidth)
NN_WORKLOAD(compute_launch_latency)
NN_WORKLOAD(graphics_fill_rate)
NN_WORKLOAD(iommu_dma_map)
NN_WORKLOAD(iommu_nvme_read)
NN_WORKLOAD(null)
NN_WORKLOAD(system_timer)
