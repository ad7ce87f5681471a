/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/domain-overlay.h"

#include <errno.h>
#include <string.h>

#include <libxml/tree.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/sysfs.h"
#include "harness/target/domain-xml.h"
#include "harness/target/xml-node.h"

#define MAX_DEPTH 64

NN_AUTO_DEFINE(xml_doc, xmlDoc *, xmlFreeDoc(*p))

static const char *const keys[] = {"name", "index", "vcpu", "iothread", "policy", "bus", "dev"};

/* What an overlay may not touch: an expression over the domain, and what it is called. */
static const struct guarded {
	const char *what;
	const char *xpath;
} guarded[] = {
	{"<name>", "concat(count(/domain/name), /domain/name)"},
	{"<uuid>", "concat(count(/domain/uuid), /domain/uuid)"},
	{"<metadata>", "concat(count(/domain/metadata), count(/domain/metadata//*),"
		       " /domain/metadata/*/@id)"},
	{"<on_poweroff>", "concat(count(/domain/on_poweroff), /domain/on_poweroff)"},
	{"<on_reboot>", "concat(count(/domain/on_reboot), /domain/on_reboot)"},
	{"<on_crash>", "concat(count(/domain/on_crash), /domain/on_crash)"},
	{"<sysinfo type='fwcfg'>", "concat(count(/domain/sysinfo[@type='fwcfg']),"
				   " count(/domain/sysinfo[@type='fwcfg']//*),"
				   " /domain/sysinfo[@type='fwcfg']/entry/@name,"
				   " /domain/sysinfo[@type='fwcfg']/entry/@file)"},
	{"<hostdev>", "count(/domain/devices/hostdev)"},
	{"<interface type='hostdev'>", "count(/domain/devices/interface[@type='hostdev'])"},
	{"a device for VFIO on QEMU's command line",
	 "count(//*[local-name()='arg'][contains(@value, 'vfio')])"},
	{"the share of the host's root",
	 "concat(count(/domain/devices/filesystem/target[@dir='nnroot']),"
	 " /domain/devices/filesystem[target/@dir='nnroot']/source/@dir,"
	 " count(/domain/devices/filesystem[target/@dir='nnroot']/readonly))"},
	{"the console", "/domain/devices/serial/source/@path"},
};

/* Sources of devices are compared one by one: none may be exchanged for another. */
#define SOURCE_FORMAT                                                  \
	"concat(/domain/devices/hostdev[%zu]/@managed,"                \
	" ' ', /domain/devices/hostdev[%zu]/source/address/@domain,"   \
	" ' ', /domain/devices/hostdev[%zu]/source/address/@bus,"      \
	" ' ', /domain/devices/hostdev[%zu]/source/address/@slot,"     \
	" ' ', /domain/devices/hostdev[%zu]/source/address/@function," \
	" ' ', /domain/devices/hostdev[%zu]/source/address/@uuid,"     \
	" count(/domain/devices/hostdev[%zu]/source/*))"

static bool is_element(const xmlNode *node)
{
	return node->type == XML_ELEMENT_NODE;
}

static bool is_ours(const xmlNs *ns)
{
	return ns && strcmp((const char *)ns->href, NN_DOMAIN_METADATA_URI) == 0;
}

/* The value of nn:do, or "". */
static bool does(const xmlNode *node, const char *what)
{
	xmlChar *value =
		xmlGetNsProp((xmlNode *)node, BAD_CAST "do", BAD_CAST NN_DOMAIN_METADATA_URI);
	bool is_so = value && strcmp((const char *)value, what) == 0;

	xmlFree(value);
	return is_so;
}

/* ---- matching ---- */

static bool same_ns(const xmlNode *a, const xmlNode *b)
{
	const xmlChar *hrefs[] = {a->ns ? a->ns->href : NULL, b->ns ? b->ns->href : NULL};

	return xmlStrEqual(hrefs[0], hrefs[1]);
}

static bool same_attribute(const xmlNode *wanted, const xmlNode *node, const char *name)
{
	xmlChar *a = xmlGetNoNsProp((xmlNode *)wanted, BAD_CAST name);
	xmlChar *b = a ? xmlGetNoNsProp((xmlNode *)node, BAD_CAST name) : NULL;
	bool is_same = !a || xmlStrEqual(a, b);

	xmlFree(a);
	xmlFree(b);
	return is_same;
}

static bool is_match(const xmlNode *wanted, const xmlNode *node)
{
	if (!is_element(node) || !xmlStrEqual(wanted->name, node->name) || !same_ns(wanted, node))
		return false;
	for (size_t i = 0; i < NN_ARRAY_SIZE(keys); i++) {
		if (!same_attribute(wanted, node, keys[i]))
			return false;
	}
	return true;
}

/* An argument of QEMU's means something only with the one before it. */
static bool is_argument(const xmlNode *node)
{
	return xmlStrEqual(node->name, BAD_CAST "arg") && node->ns &&
	       strcmp((const char *)node->ns->href, NN_DOMAIN_QEMU_URI) == 0;
}

/* An element that something was merged into already is another one's: two do not become one. */
static xmlNode *find_match(const xmlNode *wanted, const xmlNode *parent)
{
	for (xmlNode *node = parent->children; node; node = node->next) {
		if (is_match(wanted, node) && !node->_private && !is_argument(node))
			return node;
	}
	return NULL;
}

static bool has_elements(const xmlNode *node)
{
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (is_element(child))
			return true;
	}
	return false;
}

/* The text of an element that has nothing but text, the caller's, or NULL. */
static xmlChar *own_text(const xmlNode *node)
{
	xmlChar *text = has_elements(node) ? NULL : xmlNodeGetContent(node);

	if (text && strspn((const char *)text, " \t\r\n") < strlen((const char *)text))
		return text;
	xmlFree(text);
	return NULL;
}

/* ---- merging ---- */

static int merge_children(const xmlNode *overlay, xmlNode *into, unsigned int depth,
			  struct nn_err *err);

static void merge_attributes(const xmlNode *overlay, xmlNode *into)
{
	for (const xmlAttr *attribute = overlay->properties; attribute;
	     attribute = attribute->next) {
		xmlChar *value = xmlNodeListGetString(overlay->doc, attribute->children, 1);

		if (!is_ours(attribute->ns))
			(void)xmlSetProp(into, attribute->name, value ? value : BAD_CAST "");
		xmlFree(value);
	}
}

/* Added as text, so that nothing in it is taken for markup. */
static void replace_text(xmlNode *node, const xmlChar *text)
{
	xmlNodeSetContent(node, NULL);
	xmlNodeAddContent(node, text);
}

static xmlNode *add_like(const xmlNode *overlay, xmlNode *parent)
{
	xmlNode *node = nn_xml_add(parent, (const char *)overlay->name);

	xmlSetNs(node, NULL); /* not the parent's */
	if (overlay->ns) {
		xmlNs *ns = xmlSearchNsByHref(parent->doc, parent, overlay->ns->href);

		if (!ns)
			ns = xmlNewNs(node, overlay->ns->href, overlay->ns->prefix);
		xmlSetNs(node, ns);
	}
	return node;
}

static int merge_into(const xmlNode *overlay, xmlNode *into, unsigned int depth, struct nn_err *err)
{
	xmlChar *text = own_text(overlay);

	into->_private = (void *)overlay;
	merge_attributes(overlay, into);
	if (text && !has_elements(into))
		replace_text(into, text);
	xmlFree(text);
	return merge_children(overlay, into, depth + 1, err);
}

static int merge_one(const xmlNode *overlay, xmlNode *parent, unsigned int depth,
		     struct nn_err *err)
{
	xmlNode *match = does(overlay, "add") ? NULL : find_match(overlay, parent);

	if (depth > MAX_DEPTH)
		return nn_err_set(err, -EINVAL, "elements lie more than %d deep", MAX_DEPTH);
	if (does(overlay, "remove")) {
		if (!match)
			return nn_err_set(err, -EINVAL, "no <%s> below <%s> to remove",
					  overlay->name, parent->name);
		xmlUnlinkNode(match);
		xmlFreeNode(match);
		return 0;
	}
	return merge_into(overlay, match ? match : add_like(overlay, parent), depth, err);
}

static int merge_children(const xmlNode *overlay, xmlNode *into, unsigned int depth,
			  struct nn_err *err)
{
	for (const xmlNode *child = overlay->children; child; child = child->next) {
		int rc = is_element(child) ? merge_one(child, into, depth, err) : 0;

		if (rc)
			return rc;
	}
	return 0;
}

/* ---- what stays ---- */

static int expect_same(xmlDoc *before, xmlDoc *after, const char *xpath, const char *what,
		       struct nn_err *err)
{
	NN_AUTO(free) char *was = nn_xml_string(before, xpath);
	NN_AUTO(free) char *is = nn_xml_string(after, xpath);

	if (strcmp(was, is) == 0)
		return 0;
	return nn_err_set(err, -EINVAL, "it would change %s, which is not the plan's to change",
			  what);
}

static int check_guarded(xmlDoc *before, xmlDoc *after, struct nn_err *err)
{
	NN_AUTO(free) char *count = nn_xml_string(before, "count(/domain/devices/hostdev)");
	size_t nr = strtoul(count, NULL, 10);
	int rc = 0;

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(guarded); i++)
		rc = expect_same(before, after, guarded[i].xpath, guarded[i].what, err);
	for (size_t n = 1; !rc && n <= nr; n++) {
		NN_AUTO(free) char *xpath = nn_asprintf(SOURCE_FORMAT, n, n, n, n, n, n, n);

		rc = expect_same(before, after, xpath, "<source> of a <hostdev>", err);
	}
	return rc;
}

/* ---- files ---- */

static int load(const char *path, xmlDoc **ret_doc, struct nn_err *err)
{
	struct nn_sysroot live = NN_SYSROOT_LIVE;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(xml_doc) xmlDoc *doc = NULL;
	const xmlNode *root;
	int rc = nn_sysfs_read(&live, path, &text, err);

	if (rc)
		return rc;
	doc = nn_xml_parse(nn_strbuf_str(&text));
	root = doc ? xmlDocGetRootElement(doc) : NULL;
	if (!root)
		return nn_err_set(err, -EINVAL, "it is no XML");
	if (!xmlStrEqual(root->name, BAD_CAST "domain"))
		return nn_err_set(err, -EINVAL, "its root is <%s>, expected <domain>", root->name);
	if (doc->intSubset)
		return nn_err_set(err, -EINVAL, "it has a document type, expected none");
	*ret_doc = NN_STEAL(doc);
	return 0;
}

static int overlay(const char *path, char **xml, struct nn_err *err)
{
	NN_AUTO(xml_doc) xmlDoc *before = nn_xml_parse(*xml);
	NN_AUTO(xml_doc) xmlDoc *after = nn_xml_parse(*xml);
	NN_AUTO(xml_doc) xmlDoc *wanted = NULL;
	int rc = load(path, &wanted, err);

	if (!rc)
		rc = merge_into(xmlDocGetRootElement(wanted), xmlDocGetRootElement(after), 0, err);
	if (!rc)
		rc = check_guarded(before, after, err);
	if (rc)
		return rc;
	free(*xml);
	*xml = nn_xml_text(after);
	return 0;
}

int nn_domain_overlay(const char *path, char **xml, struct nn_err *err)
{
	int rc = overlay(path, xml, err);

	return rc ? nn_err_prefix(err, "setting 'xml': '%s'", path) : 0;
}

/* ---- finding ---- */

static bool has_text(const xmlNode *wanted, const xmlNode *node)
{
	xmlChar *texts[] = {own_text(wanted), xmlNodeGetContent(node)};
	bool is_there = !texts[0] || xmlStrEqual(texts[0], texts[1]);

	xmlFree(texts[0]);
	xmlFree(texts[1]);
	return is_there;
}

static bool has_attributes(const xmlNode *wanted, const xmlNode *node)
{
	for (const xmlAttr *attribute = wanted->properties; attribute;
	     attribute = attribute->next) {
		if (!is_ours(attribute->ns) &&
		    !same_attribute(wanted, node, (const char *)attribute->name))
			return false;
	}
	return true;
}

static const xmlNode *first_missing(const xmlNode *wanted, const xmlNode *parent,
				    unsigned int depth);

/* Does @node fulfil @wanted with all that is below? Else *@ret_missing says what does not. */
static bool fulfils(const xmlNode *wanted, const xmlNode *node, unsigned int depth,
		    const xmlNode **ret_missing)
{
	*ret_missing = wanted;
	if (!has_attributes(wanted, node) || !has_text(wanted, node))
		return false;
	for (const xmlNode *child = wanted->children; child; child = child->next) {
		const xmlNode *missing =
			is_element(child) ? first_missing(child, node, depth + 1) : NULL;

		if (missing) {
			*ret_missing = missing;
			return false;
		}
	}
	return true;
}

/* libvirt sorts and completes, so any element of the name and the keys may be the one. */
static const xmlNode *first_missing(const xmlNode *wanted, const xmlNode *parent,
				    unsigned int depth)
{
	const xmlNode *missing = wanted;
	bool is_removal = does(wanted, "remove");

	if (depth > MAX_DEPTH)
		return wanted;
	for (const xmlNode *node = parent->children; node; node = node->next) {
		if (!is_match(wanted, node))
			continue;
		if (is_removal)
			return wanted;
		if (fulfils(wanted, node, depth, &missing))
			return NULL;
	}
	return is_removal ? NULL : missing;
}

int nn_domain_overlay_find(const char *path, const char *xml, struct nn_err *err)
{
	NN_AUTO(xml_doc) xmlDoc *domain = nn_xml_parse(xml);
	NN_AUTO(xml_doc) xmlDoc *wanted = NULL;
	const xmlNode *missing = NULL;
	int rc = load(path, &wanted, err);

	if (rc)
		return rc;
	if (!domain)
		return nn_err_set(err, -EINVAL, "libvirt's XML of the domain is none");
	if (fulfils(xmlDocGetRootElement(wanted), xmlDocGetRootElement(domain), 0, &missing))
		return 0;
	return nn_err_set(err, -ENOENT, "<%s> at line %ld", missing->name,
			  xmlGetLineNo((xmlNode *)missing));
}
