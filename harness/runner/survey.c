/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/survey.h"

#include "harness/base/json.h"

struct nn_survey_machine nn_survey_machine(const struct nn_machine *machine)
{
	return (struct nn_survey_machine){.fingerprint = machine->fingerprint,
					  .description = machine->description,
					  .is_emulated = machine->is_emulated};
}

int nn_survey_save(struct nn_store *store, const struct nn_survey *survey,
		   const struct nn_machine *machine, int64_t campaign, int64_t *ret_id,
		   struct nn_err *err)
{
	const struct nn_survey_machine who = nn_survey_machine(machine);
	const struct nn_machine_row machine_row = {.fingerprint = machine->fingerprint,
						   .description = machine->description,
						   .is_emulated = machine->is_emulated};
	NN_AUTO(json) json_t *json = nn_survey_json(survey, &who, NULL);
	NN_AUTO(free) char *content = nn_json_text(json);
	struct nn_survey_row row = {.campaign = campaign,
				    .kernel = survey->board.kernel,
				    .nr_functions = survey->isolation.nr_functions,
				    .nr_groups = survey->isolation.nr_groups,
				    .nr_cards = survey->isolation.nr_cards,
				    .nr_cards_alone = survey->isolation.nr_cards_alone,
				    .content = content};
	int rc = nn_store_machine(store, &machine_row, &row.machine, err);

	return rc ? rc : nn_store_survey_add(store, &row, ret_id, err);
}

int nn_survey_campaign(struct nn_store *store, const struct nn_sysroot *root,
		       const struct nn_machine *machine, int64_t campaign, struct nn_err *err)
{
	NN_AUTO(survey) struct nn_survey survey = {0};
	struct nn_err why = {0};
	int64_t id;

	if (nn_survey_read(root, &survey, &why))
		return nn_store_event_add(store, campaign, 0, NN_SEVERITY_WARNING, "survey",
					  why.message, err);
	return nn_survey_save(store, &survey, machine, campaign, &id, err);
}
