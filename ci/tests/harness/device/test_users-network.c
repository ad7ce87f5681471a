/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/users.h"

#define ROUTE4_HEAD "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n"
#define ZEROES      "00000000000000000000000000000000"

static void routes_and_addresses_are_followed_through_bridges(void **unused)
{
	const struct row rows[] = {
		{"/proc/net/route", ROUTE4_HEAD "eth0\t0002A8C0\t0\t0001\t0\t0\t0\t00FFFFFF\t0\n",
		 "the route to 192.168.2.0/24 leads through 'eth0'"},
		{"/proc/net/route", ROUTE4_HEAD "eth0\tnonsense\t0\t0001\t0\t0\t0\t00FFFFFF\t0\n",
		 NULL},
		{"/proc/net/route", "eth0\t00000000\n", NULL},
		{"/proc/net/ipv6_route",
		 "20010db8000000000000000000000001 80 " ZEROES " 00 " ZEROES
		 " 00000100 00000001 00000000 80200001     eth0\n",
		 "the IPv6 route to 2001:db8::1/128 leads through 'eth0'"},
		{"/proc/net/ipv6_route",
		 "ff000000000000000000000000000000 08 " ZEROES " 00 " ZEROES
		 " 00000100 00000001 00000000 00000001     eth0\n",
		 NULL},
		{"/proc/net/route", ROUTE4_HEAD "eth1\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n",
		 NULL},
		{"/proc/net/route", ROUTE4_HEAD "eth0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n",
		 "the default route leads through 'eth0'"},
		{"/proc/net/route", ROUTE4_HEAD "br0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n",
		 "the default route leads through 'br0'"},
		{"/proc/net/ipv6_route",
		 ZEROES " 00 " ZEROES " 00 " ZEROES
			" ffffffff 00000001 00000000 00200200       lo\n",
		 NULL},
		{"/proc/net/ipv6_route",
		 ZEROES " 00 " ZEROES " 00 fe800000000000000000000000000001 00000400 00000001 "
			"00000000 00000003     eth0\n",
		 "the IPv6 default route leads through 'eth0'"},
		{"/proc/net/ipv6_route",
		 "fe800000000000000000000000000000 40 " ZEROES " 00 " ZEROES
		 " 00000100 00000001 00000000 00000001     eth0\n",
		 NULL},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};

		tree_init(&tree);
		tree_add_function(&tree, &nic);
		tree_add_member(&tree, "net", NIC, "net", "eth0");
		if (rows[i].why && strstr(rows[i].why, "br0"))
			tree_attribute(&tree, NIC, "net/eth0/upper_br0", "");
		tree_folder(&tree, "/sys/class/net/br0");
		tree_file(&tree, rows[i].path, rows[i].text);
		expect(&tree, NIC, rows[i].why);
	}
}

static void the_default_route_is_told_before_others(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &nic);
	tree_add_member(&tree, "net", NIC, "net", "eth0");
	tree_file(&tree, "/proc/net/route",
		  ROUTE4_HEAD "eth0\t0002A8C0\t0\t0001\t0\t0\t0\t00FFFFFF\t0\n"
			      "eth0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n");
	assert_users(&tree, NIC, "!network eth0: the default route leads through 'eth0'\n");
}

static void what_feeds_others_is_in_use_and_what_is_merely_up_is_not(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &nic);
	tree_add_member(&tree, "net", NIC, "net", "eth0");
	tree_attribute(&tree, NIC, "net/eth0/flags", "0x1002\n");
	assert_users(&tree, NIC, "");
	tree_attribute(&tree, NIC, "net/eth0/flags", "0x1003\n");
	expect(&tree, NIC, NULL);
	assert_users(&tree, NIC, "network eth0: 'eth0' is up, without an address or a route\n");
	tree_attribute(&tree, NIC, "net/eth0/upper_bond0", "");
	assert_users(&tree, NIC, "!network eth0: 'eth0' is a part of 'bond0'\n");
}

static void an_interface_of_another_namespace_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const char *const folders[] = {"net", "virtio3/net"};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(folders); i++) {
		NN_AUTO(free)
		char *folder = nn_asprintf("/sys/devices/pci0000:00/" NIC "/%s", folders[i]);

		tree_init(&tree);
		tree_add_function(&tree, &nic);
		expect(&tree, NIC, NULL);
		tree_folder(&tree, folder);
		expect(&tree, NIC, "another network namespace has its interface");
		if (i == 0)
			tree_release(&tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_and_addresses_are_followed_through_bridges),
		cmocka_unit_test(the_default_route_is_told_before_others),
		cmocka_unit_test(what_feeds_others_is_in_use_and_what_is_merely_up_is_not),
		cmocka_unit_test(an_interface_of_another_namespace_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
