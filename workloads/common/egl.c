/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/egl.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl3.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"
#include "harness/base/cleanup.h"

#define EGL_LIBRARY    "libEGL.so.1"
#define GLES_LIBRARY   "libGLESv2.so.2"
#define MAX_DEVICES    32
#define MAX_CANDIDATES (MAX_DEVICES + 1)

#define EGL_FUNCTIONS(X)     \
	X(eglBindAPI)        \
	X(eglChooseConfig)   \
	X(eglCreateContext)  \
	X(eglDestroyContext) \
	X(eglGetError)       \
	X(eglGetProcAddress) \
	X(eglInitialize)     \
	X(eglMakeCurrent)    \
	X(eglQueryString)    \
	X(eglTerminate)

#define MEMBER(name) __typeof__(&name) name;
struct egl_api {
	EGL_FUNCTIONS(MEMBER)
	/* extensions, NULL when absent */
	PFNEGLGETPLATFORMDISPLAYEXTPROC eglGetPlatformDisplayEXT;
	PFNEGLQUERYDEVICESEXTPROC eglQueryDevicesEXT;
	PFNEGLQUERYDEVICESTRINGEXTPROC eglQueryDeviceStringEXT;
	bool has_surfaceless;
};
#undef MEMBER

/* Where a display may come from: an EGL device, or NULL for the surfaceless platform. */
struct egl_place {
	EGLDeviceEXT device;
	struct nn_device_candidate candidate;
	unsigned int rank;
};

struct egl_places {
	struct egl_place items[MAX_CANDIDATES];
	size_t nr;
};

struct nn_egl {
	struct egl_api api;
	void *gles_library; /* or NULL: EGL alone finds the functions */
	EGLDisplay display;
	EGLContext context;
	struct nn_device_candidate candidate;
	char renderer[160];
};

NN_AUTO_DEFINE(egl, struct nn_egl *, nn_egl_free(*p))

static const struct {
	const char *name;
	size_t offset; /* in struct egl_api */
} functions[] = {
#define ROW(name) {#name, offsetof(struct egl_api, name)},
	EGL_FUNCTIONS(ROW)
#undef ROW
};

bool nn_egl_is_software_name(const char *renderer)
{
	static const char *const names[] = {
		"llvmpipe", "softpipe", "swrast", "Software Rasterizer", "SWR", "SwiftShader"};

	/* "virgl (LLVMPIPE …)" names what renders at the far end of a virtual GPU. */
	if (strncmp(renderer, "virgl", strlen("virgl")) == 0)
		return false;
	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++) {
		if (strstr(renderer, names[i]))
			return true;
	}
	return false;
}

bool nn_egl_has_extension(const char *extensions, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = extensions; at && *at;) {
		size_t word = strcspn(at, " ");

		if (word == len && strncmp(at, name, len) == 0)
			return true;
		at += word;
		at += strspn(at, " ");
	}
	return false;
}

static int load_api(struct egl_api *api, struct nn_err *err)
{
	/* Never unloaded: Mesa's drivers leave threads and exit handlers behind. */
	void *library = dlopen(EGL_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	const char *extensions;

	if (!library)
		return nn_err_set(err, -EOPNOTSUPP, "no EGL here: %s", dlerror());
	for (size_t i = 0; i < NN_ARRAY_SIZE(functions); i++) {
		void *address = dlsym(library, functions[i].name);

		if (!address)
			return nn_err_set(err, -EOPNOTSUPP, "%s lacks %s", EGL_LIBRARY,
					  functions[i].name);
		memcpy((char *)api + functions[i].offset, &address, sizeof(address));
	}
	extensions = api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
	api->has_surfaceless = nn_egl_has_extension(extensions, "EGL_MESA_platform_surfaceless");
	if (nn_egl_has_extension(extensions, "EGL_EXT_platform_base"))
		api->eglGetPlatformDisplayEXT =
			(PFNEGLGETPLATFORMDISPLAYEXTPROC)api->eglGetProcAddress(
				"eglGetPlatformDisplayEXT");
	if (!api->eglGetPlatformDisplayEXT)
		return nn_err_set(err, -EOPNOTSUPP, "%s lacks EGL_EXT_platform_base", EGL_LIBRARY);
	if (nn_egl_has_extension(extensions, "EGL_EXT_platform_device")) {
		api->eglQueryDevicesEXT =
			(PFNEGLQUERYDEVICESEXTPROC)api->eglGetProcAddress("eglQueryDevicesEXT");
		api->eglQueryDeviceStringEXT =
			(PFNEGLQUERYDEVICESTRINGEXTPROC)api->eglGetProcAddress(
				"eglQueryDeviceStringEXT");
	}
	return 0;
}

void nn_egl_node_bdf(const struct nn_sysroot *root, const char *node, char ret_bdf[NN_BDF_CAP])
{
	const char *slash = strrchr(node, '/');
	NN_AUTO(free)
	char *link = nn_asprintf("/sys/class/drm/%s/device", slash ? slash + 1 : node);
	NN_AUTO(free) char *link_path = nn_sysfs_path(root, link);
	NN_AUTO(free) char *device = realpath(link_path, NULL);
	char *part = device ? strrchr(device, '/') : NULL;

	ret_bdf[0] = '\0';
	/* A virtio GPU is a device of the virtio bus below its PCI function: walk up to that. */
	while (part) {
		if (nn_bdf_parse(part + 1, ret_bdf, NULL) == 0)
			return;
		*part = '\0';
		part = strrchr(device, '/');
	}
}

static void read_place(const struct egl_api *api, const struct nn_sysroot *root,
		       struct egl_place *place)
{
	const char *extensions = api->eglQueryDeviceStringEXT(place->device, EGL_EXTENSIONS);
	const char *node = NULL;

	place->candidate.is_software = nn_egl_has_extension(extensions, "EGL_MESA_device_software");
	if (nn_egl_has_extension(extensions, "EGL_EXT_device_drm_render_node"))
		node = api->eglQueryDeviceStringEXT(place->device, EGL_DRM_RENDER_NODE_FILE_EXT);
	if (!node && nn_egl_has_extension(extensions, "EGL_EXT_device_drm"))
		node = api->eglQueryDeviceStringEXT(place->device, EGL_DRM_DEVICE_FILE_EXT);
	if (node)
		nn_egl_node_bdf(root, node, place->candidate.bdf);
}

/* All places that the wish allows, the best first. */
static void find_places(const struct egl_api *api, const struct nn_device_wish *wish,
			const struct nn_sysroot *root, struct egl_places *ret_places)
{
	EGLDeviceEXT devices[MAX_DEVICES];
	EGLint nr_devices = 0;
	size_t nr = 0;

	if (api->eglQueryDevicesEXT && api->eglQueryDeviceStringEXT &&
	    !api->eglQueryDevicesEXT(MAX_DEVICES, devices, &nr_devices))
		nr_devices = 0;
	for (EGLint i = 0; i < nr_devices; i++) {
		struct egl_place place = {.device = devices[i]};
		size_t at = nr;

		read_place(api, root, &place);
		place.rank = nn_device_wish_rank(wish, &place.candidate);
		if (!place.rank)
			continue;
		for (; at > 0 && ret_places->items[at - 1].rank < place.rank; at--)
			ret_places->items[at] = ret_places->items[at - 1];
		ret_places->items[at] = place;
		nr++;
	}
	/*
	 * What surfaceless gives has no address, so it could be another GPU than the one under
	 * test. A software device is among the EGL devices.
	 */
	if (api->has_surfaceless && (!nr_devices || !wish->is_gpu_under_test))
		ret_places->items[nr++] = (struct egl_place){.device = NULL};
	ret_places->nr = nr;
}

int nn_egl_probe(const struct nn_device_wish *wish, const struct nn_sysroot *root,
		 struct nn_err *err)
{
	struct egl_api api = {0};
	struct egl_places places;
	int rc = load_api(&api, err);

	if (rc)
		return rc;
	find_places(&api, wish, root, &places);
	return places.nr ? 0 : nn_device_wish_refuse(wish, "EGL", "", err);
}

static int make_context(struct nn_egl *egl, const struct egl_place *place, struct nn_err *err)
{
	const EGLint config_wish[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_ES3_BIT, EGL_SURFACE_TYPE, 0,
				      EGL_NONE};
	const EGLint context_wish[] = {EGL_CONTEXT_CLIENT_VERSION, 3, EGL_NONE};
	EGLenum platform = place->device ? EGL_PLATFORM_DEVICE_EXT : EGL_PLATFORM_SURFACELESS_MESA;
	void *native = place->device ? (void *)place->device : (void *)EGL_DEFAULT_DISPLAY;
	const struct egl_api *api = &egl->api;
	EGLConfig config;
	EGLint nr = 0;

	egl->display = api->eglGetPlatformDisplayEXT(platform, native, NULL);
	if (!egl->display)
		return nn_err_set(err, -EOPNOTSUPP, "EGL gives no display: error 0x%x",
				  api->eglGetError());
	if (!api->eglInitialize(egl->display, NULL, NULL)) {
		egl->display = EGL_NO_DISPLAY;
		return nn_err_set(err, -EOPNOTSUPP, "EGL cannot initialise a display: error 0x%x",
				  api->eglGetError());
	}
	if (!api->eglBindAPI(EGL_OPENGL_ES_API) ||
	    !api->eglChooseConfig(egl->display, config_wish, &config, 1, &nr) || !nr)
		return nn_err_set(err, -EOPNOTSUPP, "EGL has no configuration for OpenGL ES 3");
	egl->context = api->eglCreateContext(egl->display, config, EGL_NO_CONTEXT, context_wish);
	if (!egl->context ||
	    !api->eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, egl->context))
		return nn_err_set(err, -EOPNOTSUPP,
				  "EGL gives no surfaceless OpenGL ES 3 context: error 0x%x",
				  api->eglGetError());
	return 0;
}

static void drop_context(struct nn_egl *egl)
{
	if (egl->display == EGL_NO_DISPLAY)
		return;
	/* Nothing can be done about failures at the end. */
	(void)egl->api.eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	if (egl->context != EGL_NO_CONTEXT)
		(void)egl->api.eglDestroyContext(egl->display, egl->context);
	(void)egl->api.eglTerminate(egl->display);
	egl->display = EGL_NO_DISPLAY;
	egl->context = EGL_NO_CONTEXT;
}

/* A context at @place whose renderer is what the wish allows. */
static int try_place(struct nn_egl *egl, const struct nn_device_wish *wish,
		     const struct egl_place *place, struct nn_err *err)
{
	__typeof__(&glGetString) get_string;
	const GLubyte *renderer;
	int rc = make_context(egl, place, err);

	if (rc)
		return rc;
	get_string = (__typeof__(&glGetString))nn_egl_function(egl, "glGetString");
	renderer = get_string ? get_string(GL_RENDERER) : NULL;
	if (!renderer)
		return nn_err_set(err, -EOPNOTSUPP, "OpenGL ES does not name its renderer");
	(void)snprintf(egl->renderer, sizeof(egl->renderer), "%s", (const char *)renderer);
	egl->candidate = place->candidate;
	if (nn_egl_is_software_name(egl->renderer)) {
		egl->candidate.is_software = true;
		egl->candidate.bdf[0] = '\0';
	}
	if (!nn_device_wish_rank(wish, &egl->candidate))
		return nn_device_wish_refuse(wish, "EGL", egl->renderer, err);
	return 0;
}

int nn_egl_new(const struct nn_device_wish *wish, const struct nn_sysroot *root,
	       struct nn_egl **ret_egl, struct nn_err *err)
{
	NN_AUTO(egl) struct nn_egl *egl = nn_calloc(1, sizeof(*egl));
	struct nn_err last = {0}; /* of the places that failed; forgotten when one works */
	struct egl_places places;
	int rc = load_api(&egl->api, err);

	if (rc)
		return rc;
	egl->gles_library = dlopen(GLES_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	find_places(&egl->api, wish, root, &places);
	(void)nn_device_wish_refuse(wish, "EGL", "", &last);
	for (size_t i = 0; i < places.nr; i++) {
		if (!try_place(egl, wish, &places.items[i], &last)) {
			*ret_egl = NN_STEAL(egl);
			return 0;
		}
		drop_context(egl);
	}
	return nn_err_set(err, last.code, "%s", last.message);
}

void nn_egl_free(struct nn_egl *egl)
{
	if (!egl)
		return;
	drop_context(egl);
	free(egl);
}

const struct nn_device_candidate *nn_egl_device(const struct nn_egl *egl)
{
	return &egl->candidate;
}

const char *nn_egl_renderer(const struct nn_egl *egl)
{
	return egl->renderer;
}

void *nn_egl_function(const struct nn_egl *egl, const char *name)
{
	void *address = egl->gles_library ? dlsym(egl->gles_library, name) : NULL;

	return address ? address : (void *)egl->api.eglGetProcAddress(name);
}
