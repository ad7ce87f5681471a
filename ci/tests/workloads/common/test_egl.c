/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/egl.h"

#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/leaks.h"
#include "ci/tests/workloads/tree.h"

static void software_renderers_are_known_by_name(void **state)
{
	static const struct {
		const char *renderer;
		bool is_software;
	} cases[] = {
		{"llvmpipe (LLVM 15.0.6, 256 bits)", true},
		{"softpipe", true},
		{"Software Rasterizer", true},
		{"Google SwiftShader", true},
		{"virgl (LLVMPIPE (LLVM 15.0.6, 256 bits))", false},
		{"virgl", false},
		{"NVIDIA H200/PCIe/SSE2", false},
		{"AMD Radeon RX 7900 XTX (radeonsi, navi31, LLVM 15.0.6)", false},
		{"Mesa Intel(R) Arc(tm) A770 Graphics (DG2)", false},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		if (nn_egl_is_software_name(cases[i].renderer) != cases[i].is_software)
			fail_msg("%s", cases[i].renderer);
	}
}

static void extensions_are_whole_words(void **state)
{
	const char *list = "EGL_EXT_device_drm_render_node EGL_A  EGL_B";

	(void)state;
	assert_true(nn_egl_has_extension(list, "EGL_EXT_device_drm_render_node"));
	assert_true(nn_egl_has_extension(list, "EGL_A"));
	assert_true(nn_egl_has_extension(list, "EGL_B"));
	assert_false(nn_egl_has_extension(list, "EGL_EXT_device_drm"));
	assert_false(nn_egl_has_extension(list, "EGL_C"));
	assert_false(nn_egl_has_extension("", "EGL_A"));
	assert_false(nn_egl_has_extension(NULL, "EGL_A"));
}

static void a_node_leads_to_its_pci_function(void **state)
{
	static const struct {
		const char *device; /* what the link of the DRM node points to */
		const char *bdf;
	} cases[] = {
		{"/sys/devices/pci0000:00/0000:00:04.0/0000:01:00.0", "0000:01:00.0"},
		{"/sys/devices/pci0000:00/0000:00:04.0/0000:01:00.0/virtio0", "0000:01:00.0"},
		{"/sys/devices/platform/vgem", ""},
		{NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		char bdf[NN_BDF_CAP] = "untouched";
		struct nn_sysroot root;
		char *folder;

		assert_int_equal(nn_scratch_new(&folder, NULL), 0);
		root.prefix = folder;
		tree_folder(folder, "/sys/class/drm/renderD128");
		if (cases[i].device) {
			NN_AUTO(free) char *target = nn_asprintf("../../../..%s", cases[i].device);

			tree_folder(folder, cases[i].device);
			tree_link(folder, "/sys/class/drm/renderD128/device", target);
		}
		nn_egl_node_bdf(&root, "/dev/dri/renderD128", bdf);
		assert_string_equal(bdf, cases[i].bdf);
		nn_scratch_remove(folder);
		free(folder);
	}
}

static void a_context_names_its_renderer(void **state)
{
	const struct nn_device_wish wish = {.kind = NN_WISH_AUTO};
	const struct nn_sysroot root = NN_SYSROOT_LIVE;
	struct nn_egl *egl = NULL;
	struct nn_err err = {0};

	(void)state;
	if (nn_egl_new(&wish, &root, &egl, &err)) {
		print_message("skipped: %s\n", err.message);
		skip();
	}
	assert_true(nn_egl_renderer(egl)[0] != '\0');
	assert_non_null(nn_egl_function(egl, "glFinish"));
	if (nn_egl_is_software_name(nn_egl_renderer(egl)))
		assert_true(nn_egl_device(egl)->is_software);
	nn_egl_free(egl);
	nn_egl_free(NULL);
}

static void software_never_stands_in_for_a_gpu_that_was_asked_for(void **state)
{
	/* No function has this address, and no other GPU may stand in. */
	const struct nn_device_wish wish = {
		.kind = NN_WISH_GPU, .is_gpu_under_test = true, .bdf = "ffff:ff:1f.7"};
	const struct nn_sysroot root = NN_SYSROOT_LIVE;
	struct nn_egl *egl = NULL;
	struct nn_err err = {0};
	int rc = nn_egl_new(&wish, &root, &egl, &err);

	(void)state;
	if (!rc) { /* a GPU whose driver does not tell its address may be it */
		assert_false(nn_egl_device(egl)->is_software);
		nn_egl_free(egl);
		skip();
	}
	assert_int_equal(rc, -EOPNOTSUPP);
	assert_null(egl);
	assert_true(strstr(err.message, "no EGL") == err.message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(software_renderers_are_known_by_name),
		cmocka_unit_test(extensions_are_whole_words),
		cmocka_unit_test(a_node_leads_to_its_pci_function),
		cmocka_unit_test(a_context_names_its_renderer),
		cmocka_unit_test(software_never_stands_in_for_a_gpu_that_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
