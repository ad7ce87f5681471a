/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shorthands for building a tree of libxml2's; texts and values are escaped when it is written. */
#ifndef NN_TARGET_XML_NODE_H
#define NN_TARGET_XML_NODE_H

#include <stdint.h>

#include <libxml/tree.h>

/** Append an empty element; it belongs to the tree. */
xmlNode *nn_xml_add(xmlNode *parent, const char *name);

/** Append an element that holds @text. */
xmlNode *nn_xml_add_text(xmlNode *parent, const char *name, const char *text);

/** The same, and nothing for NULL. */
void nn_xml_add_text_if(xmlNode *parent, const char *name, const char *text);

void nn_xml_add_number(xmlNode *parent, const char *name, uint64_t value);

/** Append an element with one attribute. */
xmlNode *nn_xml_add_with(xmlNode *parent, const char *name, const char *attribute,
			 const char *value);

void nn_xml_set(xmlNode *node, const char *name, const char *value);
void nn_xml_set_number(xmlNode *node, const char *name, uint64_t value);
void nn_xml_set_hex(xmlNode *node, const char *name, unsigned int value);

/** The document as text, the caller's. */
char *nn_xml_text(xmlDoc *doc);

/** @text as a document of the caller's, or NULL; nothing is printed, nothing is fetched. */
xmlDoc *nn_xml_parse(const char *text);

/** The string() of an XPath expression, the caller's; "" where nothing matches. */
char *nn_xml_string(xmlDoc *doc, const char *xpath);

#endif
