/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/lines.h"

#include <errno.h>
#include <stdbool.h>

#include <yaml.h>

#include "harness/base/array.h"

/* Far more than any plan has; they bound the work that a hostile file can ask for. */
#define MAX_DEPTH 16
#define MAX_NODES 10000

struct reading {
	yaml_parser_t parser;
	const char *text;
	size_t len;
	const char *path;
	struct nn_lines lines;
	size_t container; /* the open sequence or mapping */
	size_t depth;     /* 0: outside of every container */
	char *key;        /* read, its value is still to come */
	unsigned int key_line;
};

static void reading_release(struct reading *reading)
{
	yaml_parser_delete(&reading->parser);
	nn_lines_release(&reading->lines);
	free(reading->key);
}

NN_AUTO_DEFINE(reading, struct reading, reading_release(p))
NN_AUTO_DEFINE(yaml_event, yaml_event_t, yaml_event_delete(p))

void nn_lines_release(struct nn_lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++) {
		free(lines->nodes[i].key);
		free(lines->nodes[i].text);
	}
	free(lines->nodes);
	*lines = (struct nn_lines){0};
}

static unsigned int line_of_offset(const struct reading *reading, size_t offset)
{
	unsigned int line = 1;

	for (size_t i = 0; i < offset && i < reading->len; i++)
		line += reading->text[i] == '\n';
	return line;
}

/* Is the 1-based @line indented by a tab? libyaml's own words for that puzzle people. */
static bool is_tab_indented(const struct reading *reading, unsigned int line)
{
	const char *end = reading->text + reading->len;
	const char *p = reading->text;

	while (p < end && line > 1)
		line -= *p++ == '\n';
	while (p < end && *p == ' ')
		p++;
	return p < end && *p == '\t';
}

static int syntax_error(const struct reading *reading, struct nn_err *err)
{
	const yaml_parser_t *parser = &reading->parser;
	unsigned int line = (unsigned int)parser->problem_mark.line + 1;

	if (parser->error == YAML_MEMORY_ERROR)
		return nn_err_set(err, -ENOMEM, "%s: out of memory", reading->path);
	if (parser->error == YAML_READER_ERROR)
		return nn_err_set(err, -EINVAL, "%s:%u: %s, expected text in UTF-8", reading->path,
				  line_of_offset(reading, parser->problem_offset), parser->problem);
	if (is_tab_indented(reading, line))
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: a tab indents this line, expected spaces (YAML has no tabs)",
			reading->path, line);
	if (!parser->context)
		return nn_err_set(err, -EINVAL, "%s:%u: %s, expected valid YAML", reading->path,
				  line, parser->problem);
	return nn_err_set(err, -EINVAL, "%s:%u: %s %s that begins at line %u, expected valid YAML",
			  reading->path, line, parser->problem, parser->context,
			  (unsigned int)parser->context_mark.line + 1);
}

static struct nn_lines_node *open_container(const struct reading *reading)
{
	return reading->depth ? &reading->lines.nodes[reading->container] : NULL;
}

static int check_room(const struct reading *reading, const yaml_event_t *event, struct nn_err *err)
{
	unsigned int line = (unsigned int)event->start_mark.line + 1;

	if (reading->lines.nr >= MAX_NODES)
		return nn_err_set(err, -EINVAL, "%s:%u: too many values, expected at most %d",
				  reading->path, line, MAX_NODES);
	if (reading->depth >= MAX_DEPTH)
		return nn_err_set(err, -EINVAL,
				  "%s:%u: nested too deeply, expected at most %d levels",
				  reading->path, line, MAX_DEPTH);
	return 0;
}

/* Append a node for the value that @event begins, under the key read before. */
static int add_node(struct reading *reading, const yaml_event_t *event, enum nn_lines_kind kind,
		    struct nn_err *err)
{
	struct nn_lines *lines = &reading->lines;
	size_t place = lines->nr;
	struct nn_lines_node *parent;
	struct nn_lines_node *node;
	int rc = check_room(reading, event, err);

	if (rc)
		return rc;
	node = NN_ARRAY_APPEND(lines->nodes, lines->nr, lines->cap);
	node->kind = kind;
	node->line = reading->key ? reading->key_line : (unsigned int)event->start_mark.line + 1;
	node->key = NN_STEAL(reading->key);
	node->parent = reading->container;
	if (kind == NN_LINES_SCALAR)
		node->text = nn_strdup((const char *)event->data.scalar.value);
	parent = open_container(reading);
	if (!parent)
		return 0;
	if (parent->last_child)
		lines->nodes[parent->last_child].next = place;
	else
		parent->first_child = place;
	parent->last_child = place;
	parent->nr_children++;
	return 0;
}

static bool is_key_next(const struct reading *reading)
{
	const struct nn_lines_node *container = open_container(reading);

	return container && container->kind == NN_LINES_MAPPING && !reading->key;
}

static int read_key(struct reading *reading, const char *key, unsigned int line, struct nn_err *err)
{
	const struct nn_lines_node *first =
		nn_lines_member(&reading->lines, open_container(reading), key);

	if (first)
		return nn_err_set(err, -EINVAL,
				  "%s:%u: '%s' is given twice, expected it once (first at line %u)",
				  reading->path, line, key, first->line);
	reading->key = nn_strdup(key);
	reading->key_line = line;
	return 0;
}

static int read_scalar(struct reading *reading, const yaml_event_t *event, struct nn_err *err)
{
	unsigned int line = (unsigned int)event->start_mark.line + 1;
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) != event->data.scalar.length)
		return nn_err_set(err, -EINVAL, "%s:%u: a NUL character, expected text",
				  reading->path, line);
	if (is_key_next(reading))
		return read_key(reading, text, line, err);
	return add_node(reading, event, NN_LINES_SCALAR, err);
}

static int read_start(struct reading *reading, const yaml_event_t *event, enum nn_lines_kind kind,
		      struct nn_err *err)
{
	size_t place = reading->lines.nr;
	int rc;

	if (is_key_next(reading))
		return nn_err_set(err, -EINVAL,
				  "%s:%u: a list or mapping as a key, expected a plain word",
				  reading->path, (unsigned int)event->start_mark.line + 1);
	rc = add_node(reading, event, kind, err);
	if (rc)
		return rc;
	reading->container = place;
	reading->depth++;
	return 0;
}

static int read_end(struct reading *reading)
{
	reading->container = reading->lines.nodes[reading->container].parent;
	reading->depth--;
	return 0;
}

static int read_event(struct reading *reading, const yaml_event_t *event, struct nn_err *err)
{
	unsigned int line = (unsigned int)event->start_mark.line + 1;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(reading, event, err);
	case YAML_SEQUENCE_START_EVENT:
		return read_start(reading, event, NN_LINES_SEQUENCE, err);
	case YAML_MAPPING_START_EVENT:
		return read_start(reading, event, NN_LINES_MAPPING, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return read_end(reading);
	case YAML_ALIAS_EVENT:
		return nn_err_set(err, -EINVAL,
				  "%s:%u: an alias '*%s', expected the value written out",
				  reading->path, line, (const char *)event->data.alias.anchor);
	case YAML_DOCUMENT_START_EVENT:
		if (!reading->lines.nr)
			return 0;
		return nn_err_set(err, -EINVAL,
				  "%s:%u: a second document begins, expected one plan a file",
				  reading->path, line);
	default:
		return 0;
	}
}

static int read_events(struct reading *reading, struct nn_err *err)
{
	bool is_done = false;

	while (!is_done) {
		NN_AUTO(yaml_event) yaml_event_t event = {0};
		int rc;

		if (!yaml_parser_parse(&reading->parser, &event))
			return syntax_error(reading, err);
		rc = read_event(reading, &event, err);
		if (rc)
			return rc;
		is_done = event.type == YAML_STREAM_END_EVENT;
	}
	return 0;
}

int nn_lines_read(const char *text, size_t len, const char *path, struct nn_lines *ret_lines,
		  struct nn_err *err)
{
	NN_AUTO(reading) struct reading reading = {.text = text, .len = len, .path = path};
	int rc;

	if (!yaml_parser_initialize(&reading.parser))
		return nn_err_set(err, -ENOMEM, "%s: out of memory", path);
	yaml_parser_set_input_string(&reading.parser, (const unsigned char *)text, len);
	rc = read_events(&reading, err);
	if (rc)
		return rc;
	if (!reading.lines.nr)
		return nn_err_set(err, -EINVAL,
				  "%s:1: the file is empty, expected name, arms and workloads",
				  path);
	*ret_lines = reading.lines;
	reading.lines = (struct nn_lines){0};
	return 0;
}

const struct nn_lines_node *nn_lines_member(const struct nn_lines *lines,
					    const struct nn_lines_node *mapping, const char *key)
{
	if (!mapping || mapping->kind != NN_LINES_MAPPING)
		return NULL;
	for (size_t i = mapping->first_child; i; i = lines->nodes[i].next) {
		if (strcmp(lines->nodes[i].key, key) == 0)
			return &lines->nodes[i];
	}
	return NULL;
}

const struct nn_lines_node *nn_lines_item(const struct nn_lines *lines,
					  const struct nn_lines_node *parent, size_t index)
{
	if (!parent)
		return NULL;
	for (size_t i = parent->first_child; i; i = lines->nodes[i].next) {
		if (index-- == 0)
			return &lines->nodes[i];
	}
	return NULL;
}

static size_t index_in_parent(const struct nn_lines *lines, size_t place)
{
	size_t index = 0;

	for (size_t i = lines->nodes[lines->nodes[place].parent].first_child; i != place;
	     i = lines->nodes[i].next)
		index++;
	return index;
}

void nn_lines_add_path(const struct nn_lines *lines, const struct nn_lines_node *node,
		       struct nn_strbuf *sb)
{
	size_t places[MAX_DEPTH + 1];
	size_t depth = 0;

	for (size_t i = (size_t)(node - lines->nodes); i; i = lines->nodes[i].parent)
		places[depth++] = i;
	while (depth) {
		size_t place = places[--depth];
		const char *key = lines->nodes[place].key;

		if (key)
			nn_strbuf_addf(sb, "%s%s", sb->len ? "." : "", key);
		else
			nn_strbuf_addf(sb, "[%zu]", index_in_parent(lines, place));
	}
}
