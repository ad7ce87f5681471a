/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/gles.h"

#include <errno.h>
#include <string.h>

#include <GLES3/gl3.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"

#define GLES_FUNCTIONS(X)            \
	X(glAttachShader)            \
	X(glBindFramebuffer)         \
	X(glBindRenderbuffer)        \
	X(glBlendFunc)               \
	X(glCheckFramebufferStatus)  \
	X(glClear)                   \
	X(glClearColor)              \
	X(glCompileShader)           \
	X(glCreateProgram)           \
	X(glCreateShader)            \
	X(glDeleteFramebuffers)      \
	X(glDeleteProgram)           \
	X(glDeleteRenderbuffers)     \
	X(glDeleteShader)            \
	X(glDrawArrays)              \
	X(glEnable)                  \
	X(glFinish)                  \
	X(glFramebufferRenderbuffer) \
	X(glGenFramebuffers)         \
	X(glGenRenderbuffers)        \
	X(glGetError)                \
	X(glGetIntegerv)             \
	X(glGetProgramInfoLog)       \
	X(glGetProgramiv)            \
	X(glGetUniformLocation)      \
	X(glLinkProgram)             \
	X(glReadPixels)              \
	X(glRenderbufferStorage)     \
	X(glShaderSource)            \
	X(glUniform4f)               \
	X(glUseProgram)              \
	X(glViewport)

#define MEMBER(name) __typeof__(&name) name;
struct gles_api {
	GLES_FUNCTIONS(MEMBER)
};
#undef MEMBER

struct nn_gles {
	struct gles_api api;
	GLsizei width;
	GLsizei height;
	GLuint renderbuffer;
	GLuint framebuffer;
	GLuint program;
	GLint colour_location;
};

NN_AUTO_DEFINE(gles, struct nn_gles *, nn_gles_free(*p))

static const struct {
	const char *name;
	size_t offset; /* in struct gles_api */
} functions[] = {
#define ROW(name) {#name, offsetof(struct gles_api, name)},
	GLES_FUNCTIONS(ROW)
#undef ROW
};

/* One triangle that contains the whole target: no diagonal whose pixels are visited twice. */
static const char vertex_source[] =
	"#version 300 es\n"
	"void main()\n"
	"{\n"
	"	vec2 corner = vec2(float((gl_VertexID & 1) << 2), float((gl_VertexID & 2) << 1));\n"
	"	gl_Position = vec4(corner - 1.0, 0.0, 1.0);\n"
	"}\n";

/* Fragment shaders default to mediump, which some drivers really compute in 16 bits. */
static const char fragment_source[] = "#version 300 es\n"
				      "precision highp float;\n"
				      "uniform vec4 colour;\n"
				      "out vec4 pixel;\n"
				      "void main()\n"
				      "{\n"
				      "	pixel = colour;\n"
				      "}\n";

static int load_functions(const struct nn_egl *egl, struct gles_api *api, struct nn_err *err)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(functions); i++) {
		void *address = nn_egl_function(egl, functions[i].name);

		if (!address)
			return nn_err_set(err, -EOPNOTSUPP, "OpenGL ES lacks %s",
					  functions[i].name);
		memcpy((char *)api + functions[i].offset, &address, sizeof(address));
	}
	return 0;
}

static int make_target(struct nn_gles *gles, struct nn_err *err)
{
	const struct gles_api *api = &gles->api;
	GLint max_size = 0;
	GLenum status;

	api->glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &max_size);
	if (gles->width > max_size || gles->height > max_size)
		return nn_err_set(err, -EINVAL, "target of %d x %d pixels, this renderer has %d",
				  gles->width, gles->height, max_size);
	api->glGenRenderbuffers(1, &gles->renderbuffer);
	api->glBindRenderbuffer(GL_RENDERBUFFER, gles->renderbuffer);
	api->glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, gles->width, gles->height);
	api->glGenFramebuffers(1, &gles->framebuffer);
	api->glBindFramebuffer(GL_FRAMEBUFFER, gles->framebuffer);
	api->glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
				       gles->renderbuffer);
	status = api->glCheckFramebufferStatus(GL_FRAMEBUFFER);
	if (status != GL_FRAMEBUFFER_COMPLETE)
		return nn_err_set(err, -EIO, "OpenGL ES: no target of %d x %d pixels: status 0x%x",
				  gles->width, gles->height, status);
	api->glViewport(0, 0, gles->width, gles->height);
	return 0;
}

static void attach_shader(struct nn_gles *gles, GLenum kind, const char *source)
{
	const struct gles_api *api = &gles->api;
	GLuint shader = api->glCreateShader(kind);

	api->glShaderSource(shader, 1, &source, NULL);
	api->glCompileShader(shader); /* linking fails when this did */
	api->glAttachShader(gles->program, shader);
	api->glDeleteShader(shader); /* the program keeps it alive */
}

static int make_program(struct nn_gles *gles, struct nn_err *err)
{
	const struct gles_api *api = &gles->api;
	GLint is_linked = GL_FALSE;
	char text[256] = "";

	gles->program = api->glCreateProgram();
	attach_shader(gles, GL_VERTEX_SHADER, vertex_source);
	attach_shader(gles, GL_FRAGMENT_SHADER, fragment_source);
	api->glLinkProgram(gles->program);
	api->glGetProgramiv(gles->program, GL_LINK_STATUS, &is_linked);
	if (!is_linked) {
		api->glGetProgramInfoLog(gles->program, sizeof(text), NULL, text);
		return nn_err_set(err, -EIO, "OpenGL ES: link the program: %s", text);
	}
	gles->colour_location = api->glGetUniformLocation(gles->program, "colour");
	api->glUseProgram(gles->program);
	api->glEnable(GL_BLEND);
	api->glBlendFunc(GL_ONE, GL_ONE);
	return 0;
}

int nn_gles_new(const struct nn_egl *egl, unsigned int width, unsigned int height,
		struct nn_gles **ret_gles, struct nn_err *err)
{
	NN_AUTO(gles) struct nn_gles *gles = nn_calloc(1, sizeof(*gles));
	int rc;

	rc = load_functions(egl, &gles->api, err);
	if (rc)
		return rc;
	gles->width = (GLsizei)width;
	gles->height = (GLsizei)height;
	rc = make_target(gles, err);
	if (rc)
		return rc;
	rc = make_program(gles, err);
	if (rc)
		return rc;
	*ret_gles = NN_STEAL(gles);
	return 0;
}

void nn_gles_free(struct nn_gles *gles)
{
	if (!gles)
		return;
	if (gles->program)
		gles->api.glDeleteProgram(gles->program);
	if (gles->framebuffer)
		gles->api.glDeleteFramebuffers(1, &gles->framebuffer);
	if (gles->renderbuffer)
		gles->api.glDeleteRenderbuffers(1, &gles->renderbuffer);
	free(gles);
}

void nn_gles_set_colour(struct nn_gles *gles, const uint8_t rgba[4])
{
	gles->api.glUniform4f(gles->colour_location, (float)rgba[0] / 255.0F,
			      (float)rgba[1] / 255.0F, (float)rgba[2] / 255.0F,
			      (float)rgba[3] / 255.0F);
}

void nn_gles_clear(struct nn_gles *gles)
{
	gles->api.glClearColor(0.0F, 0.0F, 0.0F, 0.0F);
	gles->api.glClear(GL_COLOR_BUFFER_BIT);
}

void nn_gles_draw_layers(struct nn_gles *gles, unsigned int layers)
{
	for (unsigned int i = 0; i < layers; i++)
		gles->api.glDrawArrays(GL_TRIANGLES, 0, 3);
}

void nn_gles_finish(struct nn_gles *gles)
{
	gles->api.glFinish();
}

int nn_gles_read(struct nn_gles *gles, uint8_t *ret_rgba, struct nn_err *err)
{
	GLenum code;

	gles->api.glReadPixels(0, 0, gles->width, gles->height, GL_RGBA, GL_UNSIGNED_BYTE,
			       ret_rgba);
	code = gles->api.glGetError();
	return code ? nn_err_set(err, -EIO, "OpenGL ES: draw and read back: error 0x%x", code) : 0;
}
