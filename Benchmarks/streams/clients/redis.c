// Redis Streams: XADD, of several records in one transaction (MULTI, EXEC), so that the server writes and syncs its log once for them;
// XREAD. The partition key is the field's name.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wire.h"

// Records that one XREAD asks for.
enum { READ_COUNT = 2000 };

struct connection {
    struct wire *wire;
    const char *stream;
    char prefix[512], last[64];
    size_t prefix_count;
    bool is_live;
};

static char *reply(struct wire *wire, char kind) {
    char *line = wire_line(wire);
    if (line[0] != kind) fail("redis answered %s", line);
    return line + 1;
}

static void command(const char *address, const char *text) {
    struct wire *wire = wire_open(address);
    wire_print(wire, "%s\r\n", text);
    wire_flush(wire);
    reply(wire, ':');
    wire_close(wire);
}

void system_delete(const char *address, const char *stream) {
    char text[256];
    snprintf(text, sizeof text, "DEL %s", stream);
    command(address, text);
}

// A stream is there with its first record.
void system_create(const char *address, const char *stream) { system_delete(address, stream); }

void *system_connect(const char *address, const char *stream, unsigned producer) {
    struct connection *self = calloc(1, sizeof *self);
    self->wire = wire_open(address);
    self->stream = stream;
    char key[16];
    int key_count = snprintf(key, sizeof key, "p%u", producer);
    self->prefix_count = (size_t)snprintf(
        self->prefix, sizeof self->prefix, "*5\r\n$4\r\nXADD\r\n$%zu\r\n%s\r\n$1\r\n*\r\n$%d\r\n%s\r\n", strlen(stream), stream, key_count,
        key);
    return self;
}

void system_put(void *connection, const unsigned char *payloads, size_t size, size_t count) {
    struct connection *self = connection;
    char length[32];
    size_t length_count = (size_t)snprintf(length, sizeof length, "$%zu\r\n", size);
    if (count > 1) wire_print(self->wire, "*1\r\n$5\r\nMULTI\r\n");
    for (size_t i = 0; i < count; i++) {
        wire_write(self->wire, self->prefix, self->prefix_count);
        wire_write(self->wire, length, length_count);
        wire_write(self->wire, payloads + i * size, size);
        wire_write(self->wire, "\r\n", 2);
    }
    if (count > 1) wire_print(self->wire, "*1\r\n$4\r\nEXEC\r\n");
    wire_flush(self->wire);
    if (count > 1) {
        for (size_t i = 0; i <= count; i++) reply(self->wire, '+');
        if (strtoul(reply(self->wire, '*'), NULL, 10) != count) fail("redis answered for another number of records");
    }
    for (size_t i = 0; i < count; i++) {
        reply(self->wire, '$');
        wire_line(self->wire);
    }
}

void *system_subscribe(const char *address, const char *stream, size_t size, bool is_live) {
    (void)size;
    struct connection *self = system_connect(address, stream, 0);
    self->is_live = is_live;
    strcpy(self->last, "0-0");
    return self;
}

void system_next(void *reader, take_record *take, void *context) {
    struct connection *self = reader;
    wire_print(self->wire, "XREAD COUNT %d %sSTREAMS %s %s\r\n", READ_COUNT, self->is_live ? "BLOCK 0 " : "", self->stream, self->last);
    wire_flush(self->wire);
    if (reply(self->wire, '*')[0] == '-') fail("redis has no more records after %s", self->last);
    reply(self->wire, '*');
    reply(self->wire, '$');
    wire_line(self->wire);
    size_t count = strtoul(reply(self->wire, '*'), NULL, 10);
    for (size_t i = 0; i < count; i++) {
        reply(self->wire, '*');
        reply(self->wire, '$');
        char *id = wire_line(self->wire);
        if (i + 1 == count) snprintf(self->last, sizeof self->last, "%s", id);
        reply(self->wire, '*');
        reply(self->wire, '$');
        wire_line(self->wire);
        size_t size = strtoul(reply(self->wire, '$'), NULL, 10);
        take(context, wire_take(self->wire, size + 2), size);
    }
}

void system_unsubscribe(void *reader) {
    struct connection *self = reader;
    wire_close(self->wire);
    free(self);
}
