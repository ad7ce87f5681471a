/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/xml-node.h"

#include <inttypes.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

xmlNode *nn_xml_add(xmlNode *parent, const char *name)
{
	return xmlNewChild(parent, NULL, BAD_CAST name, NULL);
}

/* xmlNewTextChild() escapes, xmlNewChild() would not. */
xmlNode *nn_xml_add_text(xmlNode *parent, const char *name, const char *text)
{
	return xmlNewTextChild(parent, NULL, BAD_CAST name, BAD_CAST text);
}

void nn_xml_add_text_if(xmlNode *parent, const char *name, const char *text)
{
	if (text)
		(void)nn_xml_add_text(parent, name, text);
}

void nn_xml_add_number(xmlNode *parent, const char *name, uint64_t value)
{
	NN_AUTO(free) char *text = nn_asprintf("%" PRIu64, value);

	(void)nn_xml_add_text(parent, name, text);
}

xmlNode *nn_xml_add_with(xmlNode *parent, const char *name, const char *attribute,
			 const char *value)
{
	xmlNode *node = nn_xml_add(parent, name);

	nn_xml_set(node, attribute, value);
	return node;
}

void nn_xml_set(xmlNode *node, const char *name, const char *value)
{
	(void)xmlNewProp(node, BAD_CAST name, BAD_CAST value);
}

void nn_xml_set_number(xmlNode *node, const char *name, uint64_t value)
{
	NN_AUTO(free) char *text = nn_asprintf("%" PRIu64, value);

	nn_xml_set(node, name, text);
}

void nn_xml_set_hex(xmlNode *node, const char *name, unsigned int value)
{
	NN_AUTO(free) char *text = nn_asprintf("0x%x", value);

	nn_xml_set(node, name, text);
}

char *nn_xml_text(xmlDoc *doc)
{
	xmlChar *text = NULL;
	int len = 0;
	char *copy;

	xmlDocDumpFormatMemoryEnc(doc, &text, &len, "UTF-8", 1);
	copy = nn_strndup((const char *)text, (size_t)len);
	xmlFree(text);
	return copy;
}

xmlDoc *nn_xml_parse(const char *text)
{
	return xmlReadMemory(text, (int)strlen(text), NULL, NULL,
			     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				     XML_PARSE_NOBLANKS);
}

char *nn_xml_string(xmlDoc *doc, const char *xpath)
{
	xmlXPathContext *context = xmlXPathNewContext(doc);
	xmlXPathObject *object = xmlXPathEvalExpression(BAD_CAST xpath, context);
	xmlChar *text = object ? xmlXPathCastToString(object) : NULL;
	char *copy = nn_strdup(text ? (const char *)text : "");

	xmlFree(text);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	return copy;
}
