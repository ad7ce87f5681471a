/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XML result files through libxml2, without trust: no network, no entities, no document type, and
 * libxml2's own limits on depth and lengths stay on. Texts are the caller's.
 */
#ifndef NN_IMPORT_XML_H
#define NN_IMPORT_XML_H

#include <libxml/tree.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"

NN_AUTO_DEFINE(xml_doc, xmlDoc *, xmlFreeDoc(*p)) /* accepts NULL */

/**
 * Parse a document whose root is <@root_name>.
 * Return: 0, or -EBADMSG with "PATH:LINE:COLUMN: what is wrong".
 */
int nn_import_xml(const char *text, size_t len, const char *path, const char *root_name,
		  xmlDoc **ret_doc, struct nn_err *err);

/* Elements below @parent, or behind @node, that are called @name (NULL: any); NULL: none left. */
xmlNode *nn_import_xml_first(const xmlNode *parent, const char *name);
xmlNode *nn_import_xml_next(const xmlNode *node, const char *name);

/** The text in the element @name below @parent, trimmed; "" when there is no such element. */
char *nn_import_xml_text(xmlNode *parent, const char *name);

/** The text in @node itself, trimmed. */
char *nn_import_xml_own_text(xmlNode *node);

/** An attribute's value; "" when it is absent. */
char *nn_import_xml_attribute(xmlNode *node, const char *name);

/** The line of @node, from 1. */
unsigned int nn_import_xml_line(const xmlNode *node);

#endif
