#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum { FIRST_CAPACITY = 1 << 20 };

struct wire *wire_open(const char *address) {
    const char *colon = strrchr(address, ':');
    if (!colon) fail("%s: an address is host:port", address);
    char host[64];
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
    if (inet_pton(AF_INET, host, &target.sin_addr) != 1) fail("%s: no IPv4 address", host);
    struct wire *wire = calloc(1, sizeof *wire);
    wire->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(wire->socket, (struct sockaddr *)&target, sizeof target)) fail("cannot connect to %s: %s", address, strerror(errno));
    int yes = 1;
    setsockopt(wire->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    wire->in_capacity = wire->out_capacity = FIRST_CAPACITY;
    wire->in = malloc(wire->in_capacity);
    wire->out = malloc(wire->out_capacity);
    return wire;
}

void wire_close(struct wire *wire) {
    close(wire->socket);
    free(wire->in);
    free(wire->out);
    free(wire);
}

void wire_write(struct wire *wire, const void *bytes, size_t count) {
    while (wire->out_count + count > wire->out_capacity) wire->out = realloc(wire->out, wire->out_capacity *= 2);
    memcpy(wire->out + wire->out_count, bytes, count);
    wire->out_count += count;
}

void wire_print(struct wire *wire, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (count < 0 || (size_t)count >= sizeof text) fail("a command is too long");
    wire_write(wire, text, (size_t)count);
}

void wire_flush(struct wire *wire) {
    for (size_t sent = 0; sent < wire->out_count;) {
        ssize_t count = send(wire->socket, wire->out + sent, wire->out_count - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail("cannot send: %s", strerror(errno));
        sent += (size_t)count;
    }
    wire->out_count = 0;
}

// Waits for at least one more byte.
static void receive(struct wire *wire) {
    if (wire->in_start == wire->in_end) wire->in_start = wire->in_end = 0;
    if (wire->in_end == wire->in_capacity) {
        if (wire->in_start > wire->in_capacity / 2) {
            memmove(wire->in, wire->in + wire->in_start, wire->in_end - wire->in_start);
            wire->in_end -= wire->in_start;
            wire->in_start = 0;
        } else {
            wire->in = realloc(wire->in, wire->in_capacity *= 2);
        }
    }
    ssize_t count = recv(wire->socket, wire->in + wire->in_end, wire->in_capacity - wire->in_end, 0);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) fail("the server closed the connection: %s", count < 0 ? strerror(errno) : "end of stream");
    wire->in_end += (size_t)count;
}

const unsigned char *wire_take(struct wire *wire, size_t count) {
    while (wire_held(wire) < count) receive(wire);
    const unsigned char *bytes = wire->in + wire->in_start;
    wire->in_start += count;
    return bytes;
}

char *wire_line(struct wire *wire) {
    for (size_t seen = 0;;) {
        char *start = (char *)wire->in + wire->in_start;
        char *end = memchr(start + seen, '\n', wire_held(wire) - seen);
        if (end) {
            wire->in_start += (size_t)(end + 1 - start);
            end[end > start && end[-1] == '\r' ? -1 : 0] = 0;
            return start;
        }
        seen = wire_held(wire);
        receive(wire);
    }
}

size_t wire_held(const struct wire *wire) { return wire->in_end - wire->in_start; }
