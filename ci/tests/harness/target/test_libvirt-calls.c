/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On libvirt's own test driver, which needs no daemon and keeps its domains in this process. */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"
#include "harness/target/domain-xml.h"
#include "harness/target/libvirt-calls.h"
#include "harness/target/libvirt.h"

#define TEST_URI  "test:///default"
#define PLENTY_NS (20 * NN_NS_PER_S)
#define SHORT_NS  (100 * NN_NS_PER_MS)
#define MARK      "<metadata><n:boot xmlns:n='" NN_DOMAIN_METADATA_URI "' id='1'/></metadata>"

static char *test_domain(const char *name, const char *metadata)
{
	return nn_asprintf("<domain type='test'><name>%s</name>%s<memory>1024</memory>"
			   "<os><type>hvm</type></os></domain>",
			   name, metadata);
}

static virConnectPtr test_open(void)
{
	virConnectPtr connection = NULL;
	struct nn_err err = {0};
	int rc = nn_virt_open(TEST_URI, PLENTY_NS, &connection, &err);

	assert_string_equal(err.message, "");
	assert_int_equal(rc, 0);
	return connection;
}

static void nobody_there_is_an_error_without_output(void **unused)
{
	virConnectPtr connection = NULL;
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_virt_open("qemu+unix:///system?socket=/nonexistent", PLENTY_NS,
				      &connection, &err),
			 -ENOTCONN);
	assert_non_null(strstr(err.message, "/nonexistent"));
	assert_null(strchr(err.message, '\n'));
	assert_null(connection);
}

static void a_machine_that_libvirt_does_not_know_is_an_error(void **unused)
{
	const struct nn_virt_machine machine = {.machine = "pc-q35-0.1"};
	virConnectPtr connection = test_open();
	struct nn_err err = {0};
	char *xml = NULL;

	(void)unused;
	assert_int_equal(nn_virt_capabilities(connection, &machine, PLENTY_NS, &xml, &err), -EIO);
	assert_int_equal(strncmp(err.message, "ask for its capabilities: ", 26), 0);
	assert_null(xml);
	nn_virt_close(connection, NULL);
}

static void a_domain_lives_from_create_to_destroy(void **unused)
{
	virConnectPtr connection = test_open();
	NN_AUTO(free) char *xml = test_domain("nearnative-test", "");
	virDomainPtr domain = virDomainCreateXML(connection, xml, 0);
	NN_AUTO(free) char *resolved = NULL;
	struct nn_err err = {0};

	(void)unused;
	assert_non_null(domain);
	assert_int_equal(virDomainSuspend(domain), 0);
	assert_int_equal(nn_virt_check_running(domain, PLENTY_NS, &err), -ESHUTDOWN);
	assert_string_equal(err.message, "the VM is paused by libvirt (an I/O error?)");
	assert_int_equal(nn_virt_resume(domain, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_virt_check_running(domain, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_virt_xml(domain, PLENTY_NS, &resolved, NULL), 0);
	assert_non_null(strstr(resolved, "nearnative-test"));
	assert_int_equal(nn_virt_destroy(domain, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_virt_check_running(domain, PLENTY_NS, &err), -ESHUTDOWN);
	assert_string_equal(err.message, "the VM is off");
	/* Gone is what was wanted. */
	assert_int_equal(nn_virt_destroy(domain, PLENTY_NS, NULL), 0);
	nn_virt_close(connection, domain);
}

static void a_bad_domain_says_why(void **unused)
{
	virConnectPtr connection = test_open();
	virDomainPtr domain = NULL;
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_virt_create(connection, "<domain/>", PLENTY_NS, &domain, &err), -EIO);
	assert_int_equal(strncmp(err.message, "create the domain: ", 19), 0);
	assert_null(domain);
	nn_virt_close(connection, NULL);
}

static void a_domain_can_be_destroyed_by_its_uuid(void **unused)
{
	virConnectPtr connection = test_open();
	NN_AUTO(free) char *xml = test_domain("nearnative-test", "");
	virDomainPtr domain = virDomainCreateXML(connection, xml, 0);
	char uuid[VIR_UUID_STRING_BUFLEN];

	(void)unused;
	assert_non_null(domain);
	assert_int_equal(virDomainGetUUIDString(domain, uuid), 0);
	assert_int_equal(nn_virt_destroy_uuid(TEST_URI, uuid, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_virt_check_running(domain, PLENTY_NS, NULL), -ESHUTDOWN);
	assert_int_equal(nn_virt_destroy_uuid(TEST_URI, uuid, PLENTY_NS, NULL), 0);
	nn_virt_close(connection, domain);
}

/*
 * These stand before libvirt's own. They never come back for domains of that name, as libvirt's do
 * not while its daemon is stopped.
 */
#define STOPPED "stopped"

static void *own_of(virDomainPtr domain, const char *function)
{
	if (domain && strcmp(virDomainGetName(domain), STOPPED) == 0)
		(void)poll(NULL, 0, -1);
	return dlsym(RTLD_NEXT, function);
}

int virDomainGetState(virDomainPtr domain, int *state, int *reason, unsigned int flags)
{
	int (*own)(virDomainPtr, int *, int *, unsigned int) = own_of(domain, __func__);

	return own(domain, state, reason, flags);
}

char *virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags)
{
	char *(*own)(virDomainPtr, unsigned int) = own_of(domain, __func__);

	return own(domain, flags);
}

int virDomainResume(virDomainPtr domain)
{
	int (*own)(virDomainPtr) = own_of(domain, __func__);

	return own(domain);
}

int virDomainShutdown(virDomainPtr domain)
{
	int (*own)(virDomainPtr) = own_of(domain, __func__);

	return own(domain);
}

int virDomainIsPersistent(virDomainPtr domain)
{
	int (*own)(virDomainPtr) = own_of(domain, __func__);

	return own(domain);
}

static void a_daemon_that_is_stopped_stops_no_call_of_ours(void **unused)
{
	virConnectPtr connection = test_open();
	NN_AUTO(free) char *xml = test_domain(STOPPED, MARK);
	virDomainPtr domain = virDomainCreateXML(connection, xml, 0);
	uint64_t started_ns = nn_clock_ns();
	struct nn_err err = {0};
	char *none = NULL;

	(void)unused;
	assert_non_null(domain);
	assert_int_equal(nn_virt_check_running(domain, SHORT_NS, &err), -ETIMEDOUT);
	assert_string_equal(err.message,
			    "ask for the VM's state: libvirt did not answer within 0.1 s");
	assert_int_equal(nn_virt_resume(domain, SHORT_NS, &err), -ETIMEDOUT);
	assert_int_equal(nn_virt_xml(domain, SHORT_NS, &none, &err), -ETIMEDOUT);
	assert_null(none);
	assert_int_equal(nn_virt_press_power_button(domain, SHORT_NS, &err), -ETIMEDOUT);
	assert_int_equal(nn_virt_check_mark(domain, NN_DOMAIN_METADATA_URI, SHORT_NS, &err),
			 -ETIMEDOUT);
	assert_string_equal(err.message, "look at a domain: libvirt did not answer within 0.1 s");
	assert_true(nn_clock_ns() - started_ns < PLENTY_NS);
	/* Those calls have the domain and its connection for ever. */
}

/* A socket that takes connections and says nothing; open to the end, as an end would be an answer.
 */
static void a_daemon_that_never_answers_costs_the_deadline(void **unused)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	NN_AUTO(free) char *folder = NULL;
	NN_AUTO(free) char *uri = NULL;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	virConnectPtr connection = NULL;
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_scratch_new(&folder, NULL), 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	uri = nn_asprintf("qemu+unix:///system?socket=%s", address.sun_path);
	assert_int_equal(nn_virt_open(uri, SHORT_NS, &connection, &err), -ETIMEDOUT);
	assert_string_equal(err.message, "connect: libvirt did not answer within 0.1 s");
	assert_null(connection);
	nn_scratch_remove(folder);
}

/* The boots whose leftovers are to go, one string of them. */
static bool is_among(void *user, const char *boot)
{
	return strstr(user, boot);
}

static void only_our_leftovers_are_destroyed(void **unused)
{
	virConnectPtr connection = test_open();
	NN_AUTO(free) char *ours = test_domain("nearnative-left", MARK);
	NN_AUTO(free) char *unmarked = test_domain("nearnative-of-somebody", "");
	NN_AUTO(free) char *misnamed = test_domain("other", MARK);
	virDomainPtr left = virDomainCreateXML(connection, ours, 0);
	virDomainPtr foreign = virDomainCreateXML(connection, unmarked, 0);
	virDomainPtr other = virDomainCreateXML(connection, misnamed, 0);
	NN_AUTO(free) char *alive = test_domain("nearnative-alive", MARK);
	virDomainPtr looked_after = virDomainCreateXML(connection, alive, 0);
	const struct nn_boot_filter filter = {.user = (char *)"left of-somebody", .has = is_among};
	unsigned int nr = 0;

	(void)unused;
	assert_non_null(left);
	assert_non_null(looked_after);
	assert_non_null(foreign);
	assert_non_null(other);
	assert_int_equal(nn_libvirt_destroy_leftovers(TEST_URI, &filter, &nr, NULL), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(nn_virt_check_running(left, PLENTY_NS, NULL), -ESHUTDOWN);
	assert_int_equal(nn_virt_check_running(looked_after, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_virt_check_running(foreign, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_virt_check_running(other, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_libvirt_destroy_leftovers(TEST_URI, &filter, &nr, NULL), 0);
	assert_int_equal(nr, 0);
	(void)virDomainDestroy(looked_after);
	(void)virDomainFree(looked_after);
	(void)virDomainDestroy(foreign);
	(void)virDomainDestroy(other);
	(void)virDomainFree(foreign);
	(void)virDomainFree(other);
	nn_virt_close(connection, left);
}

#define NO_LIBVIRT "qemu+unix:///system?socket=/nonexistent"

/* Looks like a QEMU of libvirt's for the boot that @name says. It stops itself: a child would look
 * so too. */
static struct nn_subprocess start_machine(const char *name, const char *uuid)
{
	NN_AUTO(free) char *guest = nn_asprintf("guest=%s,debug-threads=on", name);
	const char *const argv[] = {"sh", "-c", "kill -STOP $$", "-name", guest, "-uuid",
				    uuid, NULL};
	const struct nn_subprocess_spec spec = {.argv = argv};
	struct nn_subprocess machine = {0};

	assert_int_equal(nn_subprocess_spawn(&spec, &machine, NULL), 0);
	return machine;
}

static void a_machine_without_libvirt_is_ended_when_it_is_ours(void **unused)
{
	static const char ours[] = "5f0c2a2e-0000-4000-8000-000000000001";
	static const char others[] = "5f0c2a2e-0000-4000-8000-000000000002";
	const struct nn_boot_filter filter = {.user = (char *)ours, .has = is_among};
	struct nn_subprocess left =
		start_machine("nearnative-5f0c2a2e-0000-4000-8000-000000000001", ours);
	struct nn_subprocess alive =
		start_machine("nearnative-5f0c2a2e-0000-4000-8000-000000000002", others);
	struct nn_subprocess misnamed = start_machine("windows", ours);
	unsigned int nr = 9;
	int status;

	(void)unused;
	assert_int_equal(nn_libvirt_destroy_leftovers(NO_LIBVIRT, &filter, &nr, NULL), 0);
	assert_int_equal(nr, 1);
	assert_true(nn_subprocess_poll(&left, &status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_false(nn_subprocess_poll(&alive, &status));
	assert_false(nn_subprocess_poll(&misnamed, &status));
	assert_int_equal(nn_libvirt_destroy_leftovers(NO_LIBVIRT, &filter, &nr, NULL), 0);
	assert_int_equal(nr, 0);
	nn_subprocess_stop(&alive, 0);
	nn_subprocess_stop(&misnamed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_there_is_an_error_without_output),
		cmocka_unit_test(a_machine_that_libvirt_does_not_know_is_an_error),
		cmocka_unit_test(a_domain_lives_from_create_to_destroy),
		cmocka_unit_test(a_bad_domain_says_why),
		cmocka_unit_test(a_domain_can_be_destroyed_by_its_uuid),
		cmocka_unit_test(a_daemon_that_is_stopped_stops_no_call_of_ours),
		cmocka_unit_test(a_daemon_that_never_answers_costs_the_deadline),
		cmocka_unit_test(only_our_leftovers_are_destroyed),
		cmocka_unit_test(a_machine_without_libvirt_is_ended_when_it_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
