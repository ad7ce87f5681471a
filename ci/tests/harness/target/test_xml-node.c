/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/cleanup.h"
#include "harness/target/xml-node.h"

static void texts_and_values_are_escaped(void **unused)
{
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	xmlNode *root = xmlNewNode(NULL, BAD_CAST "a");
	NN_AUTO(free) char *text = NULL;

	(void)unused;
	xmlDocSetRootElement(doc, root);
	nn_xml_set(nn_xml_add_text(root, "b", "1 < 2 & 3"), "c", "\"<>&");
	nn_xml_add_text_if(root, "left-out", NULL);
	nn_xml_add_number(root, "d", UINT64_MAX);
	nn_xml_set_number(root, "n", 7);
	nn_xml_set_hex(root, "h", 31);
	text = nn_xml_text(doc);
	xmlFreeDoc(doc);
	assert_non_null(strstr(text, "<b c=\"&quot;&lt;&gt;&amp;\">1 &lt; 2 &amp; 3</b>"));
	assert_non_null(strstr(text, "<d>18446744073709551615</d>"));
	assert_non_null(strstr(text, "<a n=\"7\" h=\"0x1f\">"));
	assert_null(strstr(text, "left-out"));
}

static void expressions_give_text_or_nothing(void **unused)
{
	xmlDoc *doc = nn_xml_parse("<a><b c='1'/><b c='2'/></a>");
	NN_AUTO(free) char *value = nn_xml_string(doc, "/a/b[2]/@c");
	NN_AUTO(free) char *count = nn_xml_string(doc, "count(/a/b)");
	NN_AUTO(free) char *nothing = nn_xml_string(doc, "/a/x");

	(void)unused;
	xmlFreeDoc(doc);
	assert_string_equal(value, "2");
	assert_string_equal(count, "2");
	assert_string_equal(nothing, "");
	assert_null(nn_xml_parse("<a>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_values_are_escaped),
		cmocka_unit_test(expressions_give_text_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
