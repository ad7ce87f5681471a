/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/import/xml.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "harness/base/array.h"
#include "harness/import/text.h"

NN_AUTO_DEFINE(xml_parser, xmlParserCtxt *, xmlFreeParserCtxt(*p)) /* accepts NULL */

/* What was wrong first; what the parser says later follows from it. */
struct first_error {
	unsigned int line;
	unsigned int column;
	struct nn_strbuf text;
};

NN_AUTO_DEFINE(first_error, struct first_error, nn_strbuf_release(&p->text))

/* xmlStructuredErrorFunc, whose second parameter is const since libxml2 2.12. */
static void keep_first(void *user, const xmlError *why)
{
	const xmlParserCtxt *parser = user;
	struct first_error *first = parser->_private;

	if (why->level == XML_ERR_WARNING || first->text.len || !why->message)
		return;
	first->line = why->line > 0 ? (unsigned int)why->line : 0;
	first->column = why->int2 > 0 ? (unsigned int)why->int2 : 0;
	nn_strbuf_add(&first->text, why->message);
	nn_strbuf_rtrim(&first->text);
}

static int check_document(xmlDoc *doc, const char *path, const char *root_name, struct nn_err *err)
{
	xmlNode *root = xmlDocGetRootElement(doc);

	if (xmlGetIntSubset(doc))
		return nn_import_fail(err, path, 1, 0,
				      "a document type, expected a result file without one");
	if (strcmp((const char *)root->name, root_name) != 0)
		return nn_import_fail(err, path, nn_import_xml_line(root), 0,
				      "the document is <%s>, expected <%s>",
				      (const char *)root->name, root_name);
	return 0;
}

int nn_import_xml(const char *text, size_t len, const char *path, const char *root_name,
		  xmlDoc **ret_doc, struct nn_err *err)
{
	NN_AUTO(first_error) struct first_error first = {0};
	NN_AUTO(xml_parser) xmlParserCtxt *parser = xmlNewParserCtxt();
	NN_AUTO(xml_doc) xmlDoc *doc = NULL;
	int rc;

	if (!parser)
		return nn_import_fail(err, path, 0, 0, "no memory for an XML parser");
	parser->_private = &first;
	parser->sax->serror = (xmlStructuredErrorFunc)keep_first;
	/* No name for the document: paths in it would be resolved against one. */
	doc = xmlCtxtReadMemory(parser, text, (int)len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_BIG_LINES);
	if (!doc)
		return nn_import_fail(err, path, first.line, first.column, "no XML: %s",
				      nn_strbuf_str(&first.text));
	rc = check_document(doc, path, root_name, err);
	if (!rc)
		*ret_doc = NN_STEAL(doc);
	return rc;
}

static xmlNode *find(xmlNode *node, const char *name)
{
	for (; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE &&
		    (!name || strcmp((const char *)node->name, name) == 0))
			return node;
	}
	return NULL;
}

xmlNode *nn_import_xml_first(const xmlNode *parent, const char *name)
{
	return find(parent->children, name);
}

xmlNode *nn_import_xml_next(const xmlNode *node, const char *name)
{
	return find(node->next, name);
}

/* A copy of ours of what libxml2 allocated, trimmed. */
static char *take(xmlChar *text)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	const char *from = text ? (const char *)text : "";

	nn_strbuf_add(&sb, from + strspn(from, " \t\r\n"));
	nn_strbuf_rtrim(&sb);
	xmlFree(text);
	return nn_strdup(nn_strbuf_str(&sb));
}

char *nn_import_xml_own_text(xmlNode *node)
{
	return take(xmlNodeGetContent(node));
}

char *nn_import_xml_text(xmlNode *parent, const char *name)
{
	xmlNode *node = nn_import_xml_first(parent, name);

	return node ? nn_import_xml_own_text(node) : nn_strdup("");
}

char *nn_import_xml_attribute(xmlNode *node, const char *name)
{
	return take(xmlGetNoNsProp(node, (const xmlChar *)name));
}

unsigned int nn_import_xml_line(const xmlNode *node)
{
	long line = xmlGetLineNo(node);

	return line > 0 ? (unsigned int)line : 0;
}
