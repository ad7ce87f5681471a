/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/server/server.h"

#include <errno.h>
#include <string.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/protocol/wire.h"
#include "harness/server/dispatch.h"
#include "harness/server/guard.h"
#include "harness/server/listen.h"
#include "harness/server/tls.h"

#define DISCARD_BYTES        (4UL << 20) /* of a refused body, so that its sender reads why */
#define CONNECTIONS_MAX      (2U * NN_GUARD_STRANGERS_MAX)
#define CONNECTION_TIMEOUT_S 120U
#define HEAD_MAX_BYTES       (32UL << 10) /* request line and headers */
#define VERB_CAP             16
#define WHY_CAP              64
#define DIGEST_HEADER        "Content-Digest"
#define PEER_CAP             (INET6_ADDRSTRLEN + 8)

struct nn_server {
	struct MHD_Daemon *daemon;
	struct nn_server_hooks hooks;
	struct nn_guard guard;
	struct nn_server_key key; /* empty on loopback */
	char *url;
	uint16_t port;
	bool is_open; /* a boot is admitted */
	char boot[NN_UUID_CAP];
	char token[NN_TOKEN_HEX_CAP];
};

/* One request while its body arrives. */
struct request {
	struct nn_strbuf body;
	uint64_t arrived_ns;
	size_t nr_bytes;      /* of the body, kept or not */
	size_t max_bytes;     /* that its kind of message may have */
	unsigned int refused; /* the status to answer with, 0: none so far */
	char refused_why[WHY_CAP];
	bool is_stranger; /* who has not shown the token: the connection ends with the answer */
	char verb[VERB_CAP];
};

static void peer_text(struct MHD_Connection *connection, char *ret_text, size_t cap)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info ? info->client_addr : NULL;
	char host[INET6_ADDRSTRLEN] = "unknown";
	unsigned int port = 0;

	if (address && address->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const void *)address;

		(void)inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		port = ntohs(v4->sin_port);
	} else if (address && address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)address;

		(void)inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		port = ntohs(v6->sin6_port);
	}
	(void)snprintf(ret_text, cap, "%s:%u", host, port);
}

/* Why this message may not pass, or NULL. The token is compared whatever the boot is. */
static const char *auth_fault(const struct nn_server *server, struct MHD_Connection *connection,
			      const char *boot)
{
	static const char scheme[] = "Bearer ";
	const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_AUTHORIZATION);
	bool is_token_right;

	if (!header || strncmp(header, scheme, sizeof(scheme) - 1) != 0)
		return "no token";
	is_token_right = nn_secret_equal(header + sizeof(scheme) - 1, server->token);
	if (!server->is_open)
		return "no boot is admitted, this one has expired";
	if (strcmp(boot, server->boot) != 0)
		return "another boot is admitted, this one has expired";
	return is_token_right ? NULL : "wrong token";
}

/* Split "/v1/<boot>/<verb>"; false for any other path. */
static bool path_split(const char *path, char ret_boot[NN_UUID_CAP], char ret_verb[VERB_CAP])
{
	static const char root[] = "/v1/";
	const char *boot = path + sizeof(root) - 1;
	const char *slash;

	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return false;
	slash = strchr(boot, '/');
	if (!slash || slash - boot != NN_UUID_CAP - 1 || strlen(slash + 1) >= VERB_CAP)
		return false;
	memcpy(ret_boot, boot, NN_UUID_CAP - 1);
	ret_boot[NN_UUID_CAP - 1] = '\0';
	memcpy(ret_verb, slash + 1, strlen(slash + 1) + 1);
	return nn_wire_is_uuid(ret_boot);
}

static void request_refuse(struct request *request, unsigned int status, const char *why)
{
	request->refused = status;
	(void)snprintf(request->refused_why, sizeof(request->refused_why), "%s", why);
}

static void request_refuse_length(struct request *request)
{
	NN_AUTO(free) char *why = nn_asprintf("message above %zu bytes", request->max_bytes);

	nn_strbuf_release(&request->body);
	request_refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, why);
}

static void visitor_know(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	if (info)
		nn_guard_know(info->socket_context);
}

/* The length that the head announces; 0: none, or one that is told in pieces. */
static uint64_t announced_length(struct MHD_Connection *connection)
{
	const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t length = 0;

	if (text && nn_parse_u64(text, &length, NULL))
		return UINT64_MAX; /* more than 64 bits can tell */
	return length;
}

/* Who sends this? False, and the request refused, unless the one who has the token. */
static bool request_authenticate(struct nn_server *server, struct MHD_Connection *connection,
				 const char *path, struct request *request)
{
	char boot[NN_UUID_CAP];
	char peer[PEER_CAP];
	const char *fault;

	request->is_stranger = true;
	if (!path_split(path, boot, request->verb)) {
		request_refuse(request, MHD_HTTP_NOT_FOUND, "no such path");
		return false;
	}
	fault = auth_fault(server, connection, boot);
	if (fault) {
		/* Strangers learn nothing of boots: which of these it was is for our log. */
		request_refuse(request, MHD_HTTP_UNAUTHORIZED,
			       "no token, or a wrong or expired one");
		peer_text(connection, peer, sizeof(peer));
		if (server->hooks.refused)
			server->hooks.refused(server->hooks.user, peer, fault);
		return false;
	}
	request->is_stranger = false;
	visitor_know(connection);
	return true;
}

/* Look at the head: who sends this, and what. The body of a refused request is never kept. */
static void request_open(struct nn_server *server, struct MHD_Connection *connection,
			 const char *path, const char *method, struct request *request)
{
	if (!request_authenticate(server, connection, path, request))
		return;
	request->max_bytes = nn_dispatch_max_bytes(request->verb);
	if (!request->max_bytes)
		request_refuse(request, MHD_HTTP_NOT_FOUND, "no such message");
	else if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		request_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED, "expected POST");
	else if (announced_length(connection) > request->max_bytes)
		request_refuse_length(request);
}

/*
 * Take a piece of the body. What is refused is still read to its end, so that the client sees the
 * answer rather than a reset connection; but not without limit.
 */
static enum MHD_Result request_take(struct request *request, const char *bytes, size_t len)
{
	request->nr_bytes += len;
	if (request->nr_bytes > request->max_bytes + DISCARD_BYTES)
		return MHD_NO;
	if (!request->refused && request->nr_bytes > request->max_bytes)
		request_refuse_length(request);
	if (!request->refused)
		nn_strbuf_addn(&request->body, bytes, len);
	return MHD_YES;
}

static enum MHD_Result answer_send(struct MHD_Connection *connection, unsigned int status,
				   bool is_last, const json_t *answer)
{
	char *text = nn_json_text(answer);
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;
	char digest[NN_CONTENT_DIGEST_CAP];

	if (!response) {
		free(text);
		return MHD_NO;
	}
	nn_content_digest(text, strlen(text), digest);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	(void)MHD_add_response_header(response, DIGEST_HEADER, digest);
	if (status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					      MHD_HTTP_METHOD_POST);
	if (is_last)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* Damaged on its way: sent again it may be whole. A body without digest is let pass. */
static bool request_is_whole(struct MHD_Connection *connection, const struct request *request)
{
	const char *header =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, DIGEST_HEADER);
	char digest[NN_CONTENT_DIGEST_CAP];

	if (!header)
		return true;
	nn_content_digest(nn_strbuf_str(&request->body), request->body.len, digest);
	return strcmp(header, digest) == 0;
}

static enum MHD_Result request_answer(struct nn_server *server, struct MHD_Connection *connection,
				      struct request *request)
{
	NN_AUTO(json) json_t *answer = NULL;
	unsigned int status = request->refused;

	if (!status && !request_is_whole(connection, request))
		request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
			       "the message was damaged on its way: send it again");
	status = request->refused;
	if (status)
		answer = nn_dispatch_error(request->refused_why);
	else
		status = nn_dispatch(&server->hooks, request->verb, nn_strbuf_str(&request->body),
				     request->body.len, request->arrived_ns, &answer);
	return answer_send(connection, status, request->is_stranger, answer);
}

/* libmicrohttpd calls once for the head, once for each piece of the body, once for the end. */
static enum MHD_Result server_access(void *user, struct MHD_Connection *connection,
				     const char *path, const char *method,
				     const char *version NN_UNUSED, const char *bytes, size_t *len,
				     void **request_slot)
{
	struct nn_server *server = user;
	struct request *request = *request_slot;

	if (!request) {
		request = nn_calloc(1, sizeof(*request));
		request->arrived_ns = nn_clock_ns();
		*request_slot = request;
		request_open(server, connection, path, method, request);
		/* Nobody reads so much for nothing: answered now, the connection ends. */
		if (request->refused &&
		    announced_length(connection) > request->max_bytes + DISCARD_BYTES)
			return request_answer(server, connection, request);
		return MHD_YES;
	}
	if (*len) {
		enum MHD_Result result = request_take(request, bytes, *len);

		*len = 0;
		return result;
	}
	return request_answer(server, connection, request);
}

static void server_completed(void *user NN_UNUSED, struct MHD_Connection *connection NN_UNUSED,
			     void **request_slot, enum MHD_RequestTerminationCode why NN_UNUSED)
{
	struct request *request = *request_slot;

	if (!request)
		return;
	nn_strbuf_release(&request->body);
	free(request);
	*request_slot = NULL;
}

static void server_connection(void *user, struct MHD_Connection *connection, void **visitor_slot,
			      enum MHD_ConnectionNotificationCode what)
{
	struct nn_server *server = user;
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *address =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*visitor_slot = nn_guard_enter(&server->guard, fd->connect_fd, address->client_addr,
					       nn_clock_ns());
	else
		nn_guard_leave(&server->guard, *visitor_slot);
}

/* @take_fd belongs to the daemon on success. */
static struct MHD_Daemon *daemon_start(struct nn_server *server, int take_fd, bool is_ipv6)
{
	bool is_tls = server->key.key_pem != NULL;
	unsigned int flags =
		MHD_USE_AUTO | (is_ipv6 ? MHD_USE_IPv6 : 0) | (is_tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls_options[] = {
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.key_pem},
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->key.cert_pem},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem no_options[] = {{MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(flags, server->port, NULL, NULL, server_access, server,
				MHD_OPTION_LISTEN_SOCKET, take_fd, MHD_OPTION_NOTIFY_COMPLETED,
				server_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
				server_connection, server, MHD_OPTION_CONNECTION_LIMIT,
				CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
				CONNECTION_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				HEAD_MAX_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY,
				is_tls ? tls_options : no_options, MHD_OPTION_END);
}

int nn_server_new(const char *address, uint16_t port, const struct nn_server_hooks *hooks,
		  struct nn_server **ret_server, struct nn_err *err)
{
	struct nn_listen listen;
	struct nn_server *server;
	int rc = nn_listen_open(address, port, &listen, err);

	if (rc)
		return rc;
	server = nn_calloc(1, sizeof(*server));
	server->hooks = *hooks;
	server->port = listen.port;
	server->url = nn_asprintf("%s://%s%s%s:%u", listen.is_loopback ? "http" : "https",
				  listen.is_ipv6 ? "[" : "", address, listen.is_ipv6 ? "]" : "",
				  listen.port);
	if (!listen.is_loopback)
		rc = nn_server_key_new(address, &server->key, err);
	if (!rc) {
		server->daemon = daemon_start(server, listen.fd, listen.is_ipv6);
		if (!server->daemon)
			rc = nn_err_set(err, -EIO, "listen on '%s': libmicrohttpd did not start%s",
					address, listen.is_loopback ? "" : " with TLS");
	}
	if (rc) {
		(void)close(listen.fd);
		nn_server_free(server);
		return rc;
	}
	*ret_server = server;
	return 0;
}

void nn_server_free(struct nn_server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	nn_guard_release(&server->guard);
	nn_server_key_release(&server->key);
	free(server->url);
	explicit_bzero(server->token, sizeof(server->token));
	free(server);
}

uint16_t nn_server_port(const struct nn_server *server)
{
	return server->port;
}

void nn_server_admit(struct nn_server *server, const char *boot, struct nn_credentials *ret_cred)
{
	struct nn_credentials cred = {0};

	(void)snprintf(server->boot, sizeof(server->boot), "%s", boot);
	nn_token_new(server->token);
	nn_guard_forget_all(&server->guard, nn_clock_ns());
	server->is_open = true;
	(void)snprintf(cred.url, sizeof(cred.url), "%s", server->url);
	memcpy(cred.boot, server->boot, sizeof(cred.boot));
	memcpy(cred.token, server->token, sizeof(cred.token));
	(void)snprintf(cred.pin, sizeof(cred.pin), "%s", server->key.pin);
	*ret_cred = cred;
}

void nn_server_expire(struct nn_server *server)
{
	server->is_open = false;
	nn_token_new(server->token); /* nobody knows it, so the old one opens nothing */
	nn_guard_forget_all(&server->guard, nn_clock_ns());
}

int nn_server_poll(struct nn_server *server, int timeout_ms, struct nn_err *err)
{
	nn_guard_sweep(&server->guard, nn_clock_ns());
	/*
	 * The second call sends what the hooks of the first have answered, before the caller, who
	 * may have just said "shut down" and will not be back, does something else.
	 */
	if (MHD_run_wait(server->daemon, timeout_ms < 0 ? 0 : timeout_ms) != MHD_YES ||
	    MHD_run_wait(server->daemon, 0) != MHD_YES)
		return nn_err_set(err, -EIO, "serve agents on %s: libmicrohttpd failed",
				  server->url);
	return 0;
}
