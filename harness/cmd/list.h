/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every command, in the order of the help: one line adds one. The symbol is nn_command_<argument>.
 */
NN_COMMAND(run)
NN_COMMAND(resume)
NN_COMMAND(report)
NN_COMMAND(analyse)
NN_COMMAND(plan_check)
NN_COMMAND(devices)
NN_COMMAND(doctor)
NN_COMMAND(restore)
NN_COMMAND(list)
NN_COMMAND(db_info)
NN_COMMAND(db_check)
NN_COMMAND(db_export)
NN_COMMAND(db_import)
NN_COMMAND(help)
