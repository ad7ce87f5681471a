/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages at both ends: hello, which opens a boot, and finish, which closes a run. */
#include "harness/protocol/message.h"

#include "harness/base/json.h"
#include "harness/protocol/wire.h"

void nn_hello_release(struct nn_hello *hello)
{
	free(hello->agent_build);
	free(hello->credentials_from);
	*hello = (struct nn_hello){0};
}

json_t *nn_hello_encode(const struct nn_hello *hello)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "protocol", json_integer((json_int_t)hello->protocol));
	(void)json_object_set_new(json, "agent_build", nn_json_str_or_null(hello->agent_build));
	(void)json_object_set_new(json, "credentials_from",
				  nn_json_str_or_null(hello->credentials_from));
	return json;
}

int nn_hello_decode(const json_t *json, struct nn_hello *ret_hello, struct nn_err *err)
{
	NN_AUTO(hello) struct nn_hello hello = {0};
	int rc = nn_json_get_u64(json, "protocol", &hello.protocol, err);

	if (!rc)
		rc = nn_wire_get_text(json, "agent_build", NN_WIRE_NAME_MAX, &hello.agent_build,
				      err);
	if (!rc)
		rc = nn_wire_get_text(json, "credentials_from", NN_WIRE_NAME_MAX,
				      &hello.credentials_from, err);
	if (rc)
		return rc;
	*ret_hello = hello;
	hello = (struct nn_hello){0};
	return 0;
}

void nn_finish_release(struct nn_finish *finish)
{
	free(finish->reason);
	free(finish->note);
	*finish = (struct nn_finish){0};
}

json_t *nn_finish_encode(const struct nn_finish *finish)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "run", nn_json_str_or_null(finish->run));
	(void)json_object_set_new(json, "outcome", json_string(nn_outcome_name(finish->outcome)));
	(void)json_object_set_new(json, "reason", nn_json_str_or_null(finish->reason));
	(void)json_object_set_new(json, "note", nn_json_str_or_null(finish->note));
	(void)json_object_set_new(json, "checksum", nn_wire_hex64(finish->checksum));
	(void)json_object_set_new(json, "is_software", json_boolean(finish->is_software));
	(void)json_object_set_new(json, "duration_ns",
				  json_integer((json_int_t)finish->duration_ns));
	return json;
}

int nn_finish_decode(const json_t *json, struct nn_finish *ret_finish, struct nn_err *err)
{
	NN_AUTO(finish) struct nn_finish finish = {0};
	const char *word;
	int rc = nn_wire_get_uuid(json, "run", finish.run, err);

	if (!rc)
		rc = nn_json_get_str(json, "outcome", &word, err);
	if (rc)
		return rc;
	if (nn_outcome_from(word, &finish.outcome))
		return nn_wire_unknown_word("outcome", word, err);
	rc = nn_wire_opt_text(json, "reason", NN_WIRE_TEXT_MAX, &finish.reason, err);
	if (!rc)
		rc = nn_wire_opt_text(json, "note", NN_WIRE_TEXT_MAX, &finish.note, err);
	if (!rc)
		rc = nn_wire_get_hex64(json, "checksum", &finish.checksum, err);
	if (!rc)
		rc = nn_wire_get_bool(json, "is_software", &finish.is_software, err);
	if (!rc)
		rc = nn_json_get_u64(json, "duration_ns", &finish.duration_ns, err);
	if (rc)
		return rc;
	*ret_finish = finish;
	finish = (struct nn_finish){0};
	return 0;
}
