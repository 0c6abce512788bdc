// RabbitMQ streams, by their own binary protocol (version 1, PROTOCOL.adoc of the plugin rabbitmq_stream): Publish with as many records
// as a put has, and PublishConfirm; Subscribe with credits, and Deliver, which carries the chunks as they lie in the log. Payloads are
// stored as they are, without an AMQP 1.0 envelope, which the broker does not look at either.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "wire.h"

enum {
    DECLARE_PUBLISHER = 1, PUBLISH = 2, PUBLISH_CONFIRM = 3, SUBSCRIBE = 7, DELIVER = 8, CREDIT = 9, CREATE = 13,
    DELETE = 14, METADATA_UPDATE = 16, PEER_PROPERTIES = 17, SASL_HANDSHAKE = 18, SASL_AUTHENTICATE = 19, TUNE = 20, OPEN = 21,
    HEARTBEAT = 23, RESPONSE = 0x8000, OK = 1, STREAM_NOT_THERE = 2, OFFSET_FIRST = 1,
    FRAME_MOST = 1 << 20, CREDITS = 64, CHUNK_HEAD = 48
};

struct connection {
    struct wire *wire;
    uint64_t next_id;
};

// A command's body, laid out before its size is known.
struct body {
    unsigned char bytes[512];
    size_t count;
};

static void put_number(struct body *body, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++) body->bytes[body->count++] = (unsigned char)(value >> 8 * (width - 1 - i));
}

static void put_text(struct body *body, const char *text, size_t count) {
    put_number(body, count, 2);
    memcpy(body->bytes + body->count, text, count);
    body->count += count;
}

static uint64_t number(const unsigned char *bytes, size_t width) {
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) value = value << 8 | bytes[i];
    return value;
}

static void head(struct wire *wire, unsigned key, size_t body_count) {
    struct body body = {0};
    put_number(&body, body_count + 4, 4);
    put_number(&body, key, 2);
    put_number(&body, 1, 2);
    wire_write(wire, body.bytes, body.count);
}

static void send_command(struct wire *wire, unsigned key, const struct body *body) {
    head(wire, key, body->count);
    wire_write(wire, body->bytes, body->count);
    wire_flush(wire);
}

struct frame {
    unsigned key;
    const unsigned char *body;
    size_t count;
};

static struct frame next_frame(struct wire *wire) {
    for (;;) {
        size_t count = number(wire_take(wire, 4), 4);
        const unsigned char *bytes = wire_take(wire, count);
        struct frame frame = {.key = (unsigned)number(bytes, 2), .body = bytes + 4, .count = count - 4};
        if (frame.key == METADATA_UPDATE) fail("rabbitmq: the stream is not available");
        if (frame.key != HEARTBEAT) return frame;
    }
}

// Sends a request, whose first part is its number, and returns the code of the answer.
static unsigned answer_to(struct wire *wire, unsigned key, const struct body *body) {
    send_command(wire, key, body);
    struct frame frame = next_frame(wire);
    if (frame.key != (RESPONSE | key)) fail("rabbitmq answered command %u with %u", key, frame.key);
    return (unsigned)number(frame.body + 4, 2);
}

static void request(struct wire *wire, unsigned key, const struct body *body) {
    unsigned code = answer_to(wire, key, body);
    if (code != OK) fail("rabbitmq answered command %u with code %u", key, code);
}

static struct wire *opened(const char *address) {
    struct wire *wire = wire_open(address);
    struct body body = {0};
    put_number(&body, 1, 4);
    put_number(&body, 0, 4);
    request(wire, PEER_PROPERTIES, &body);
    body = (struct body){0};
    put_number(&body, 2, 4);
    request(wire, SASL_HANDSHAKE, &body);
    body = (struct body){0};
    put_number(&body, 3, 4);
    put_text(&body, "PLAIN", 5);
    put_number(&body, 12, 4);
    memcpy(body.bytes + body.count, "\0guest\0guest", 12);
    body.count += 12;
    request(wire, SASL_AUTHENTICATE, &body);
    if (next_frame(wire).key != TUNE) fail("rabbitmq: no Tune");
    body = (struct body){0};
    put_number(&body, FRAME_MOST, 4);
    put_number(&body, 0, 4);
    send_command(wire, RESPONSE | TUNE, &body);
    body = (struct body){0};
    put_number(&body, 4, 4);
    put_text(&body, "/", 1);
    request(wire, OPEN, &body);
    return wire;
}

void system_delete(const char *address, const char *stream) {
    struct wire *wire = opened(address);
    struct body body = {0};
    put_number(&body, 1, 4);
    put_text(&body, stream, strlen(stream));
    unsigned code = answer_to(wire, DELETE, &body);
    if (code != OK && code != STREAM_NOT_THERE) fail("rabbitmq cannot delete the stream: code %u", code);
    wire_close(wire);
}

void system_create(const char *address, const char *stream) {
    system_delete(address, stream);
    struct wire *wire = opened(address);
    struct body body = {0};
    put_number(&body, 1, 4);
    put_text(&body, stream, strlen(stream));
    put_number(&body, 0, 4);
    request(wire, CREATE, &body);
    wire_close(wire);
}

void *system_connect(const char *address, const char *stream, unsigned producer) {
    (void)producer;
    struct connection *self = calloc(1, sizeof *self);
    self->wire = opened(address);
    struct body body = {0};
    put_number(&body, 5, 4);
    put_number(&body, 0, 1);
    put_text(&body, "", 0);
    put_text(&body, stream, strlen(stream));
    request(self->wire, DECLARE_PUBLISHER, &body);
    return self;
}

void system_put(void *connection, const unsigned char *payloads, size_t size, size_t count) {
    struct connection *self = connection;
    while (count * (size + 12) + 64 > FRAME_MOST) {
        size_t part = (FRAME_MOST - 64) / (size + 12);
        system_put(connection, payloads, size, part);
        payloads += part * size;
        count -= part;
    }
    struct body body = {0};
    put_number(&body, 0, 1);
    put_number(&body, count, 4);
    head(self->wire, PUBLISH, body.count + count * (size + 12));
    wire_write(self->wire, body.bytes, body.count);
    for (size_t i = 0; i < count; i++) {
        struct body start = {0};
        put_number(&start, self->next_id++, 8);
        put_number(&start, size, 4);
        wire_write(self->wire, start.bytes, start.count);
        wire_write(self->wire, payloads + i * size, size);
    }
    wire_flush(self->wire);
    for (size_t confirmed = 0; confirmed < count;) {
        struct frame frame = next_frame(self->wire);
        if (frame.key != PUBLISH_CONFIRM) fail("rabbitmq answered a record with %u", frame.key);
        confirmed += number(frame.body + 1, 4);
    }
}

void *system_subscribe(const char *address, const char *stream, size_t size, bool is_live) {
    (void)size, (void)is_live;
    struct connection *self = calloc(1, sizeof *self);
    self->wire = opened(address);
    struct body body = {0};
    put_number(&body, 6, 4);
    put_number(&body, 0, 1);
    put_text(&body, stream, strlen(stream));
    put_number(&body, OFFSET_FIRST, 2);
    put_number(&body, CREDITS, 2);
    put_number(&body, 0, 4);
    request(self->wire, SUBSCRIBE, &body);
    return self;
}

// A chunk: magic and version, type (bytes), entries (u16), records (u32), time, epoch, first offset (u64 each), checksum, length of the
// entries, length of the trailer, reserved (u32 each). An entry: length (u32), payload.
static void take_chunk(const unsigned char *chunk, take_record *take, void *context) {
    size_t entries = number(chunk + 2, 2);
    const unsigned char *entry = chunk + CHUNK_HEAD;
    for (size_t i = 0; i < entries; i++) {
        size_t size = number(entry, 4);
        if (size >> 31) fail("rabbitmq: a batch of compressed records, which nobody wrote");
        take(context, entry + 4, size);
        entry += 4 + size;
    }
}

void system_next(void *reader, take_record *take, void *context) {
    struct connection *self = reader;
    struct frame frame = next_frame(self->wire);
    if (frame.key != DELIVER) fail("rabbitmq sent %u to a consumer", frame.key);
    struct body body = {0};
    put_number(&body, 0, 1);
    put_number(&body, 1, 2);
    send_command(self->wire, CREDIT, &body);
    take_chunk(frame.body + 1, take, context);
}

void system_unsubscribe(void *reader) {
    struct connection *self = reader;
    wire_close(self->wire);
    free(self);
}
