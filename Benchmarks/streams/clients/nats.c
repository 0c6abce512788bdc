// NATS JetStream: PUB with a reply subject, where the acknowledgement comes back; several records as one atomic batch where the server has
// that (2.12), otherwise each with its acknowledgement. A push consumer with flow control, as the official clients' ordered consumer. The
// partition key is the second part of the subject.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "wire.h"

// Records of one atomic batch (the server's limit).
enum { BATCH_MOST = 1000 };

struct connection {
    struct wire *wire;
    char stream[64], inbox[64], subject[96];
    /// Of atomic batches; 0 where the server has none.
    unsigned next_batch;
};

static void publish(struct wire *wire, const char *subject, const char *reply, const char *text) {
    wire_print(wire, "PUB %s %s %zu\r\n%s\r\n", subject, reply, strlen(text), text);
}

struct message {
    char subject[128], reply[128];
    const char *head, *body;
    size_t head_count, body_count;
};

// The next message of any subscription. Its bytes stay until the next call.
static struct message next_message(struct wire *wire) {
    for (;;) {
        char *line = wire_line(wire);
        if (!strcmp(line, "PING")) {
            wire_print(wire, "PONG\r\n");
            wire_flush(wire);
        } else if (!strncmp(line, "MSG ", 4) || !strncmp(line, "HMSG ", 5)) {
            struct message message = {0};
            bool has_head = line[0] == 'H';
            // MSG subject sid [reply] size, HMSG subject sid [reply] head-size size
            char *words[8];
            int count = 0;
            for (char *rest = line, *word; count < 8 && (word = strsep(&rest, " "));) words[count++] = word;
            if (count == (has_head ? 6 : 5)) snprintf(message.reply, sizeof message.reply, "%s", words[3]);
            snprintf(message.subject, sizeof message.subject, "%s", words[1]);
            size_t size = strtoul(words[count - 1], NULL, 10);
            message.head_count = has_head ? strtoul(words[count - 2], NULL, 10) : 0;
            message.body_count = size - message.head_count;
            message.head = (const char *)wire_take(wire, size + 2);
            message.body = message.head + message.head_count;
            return message;
        } else if (!strncmp(line, "-ERR", 4)) {
            fail("nats answered %s", line);
        }
    }
}

// Whether a server that says INFO is version 2.12 or newer.
static bool has_atomic_batches(const char *info) {
    const char *version = strstr(info, "\"version\":\"");
    int major = 0, minor = 0;
    return version && sscanf(version, "\"version\":\"%d.%d", &major, &minor) == 2 && (major > 2 || (major == 2 && minor >= 12));
}

static struct connection *opened(const char *address, const char *stream, unsigned number) {
    struct connection *self = calloc(1, sizeof *self);
    self->wire = wire_open(address);
    snprintf(self->stream, sizeof self->stream, "%s", stream);
    snprintf(self->inbox, sizeof self->inbox, "_INBOX.%d.%u", (int)getpid(), number);
    if (has_atomic_batches(wire_line(self->wire))) self->next_batch = 1;
    wire_print(self->wire, "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,\"lang\":\"c\"}\r\n");
    wire_print(self->wire, "SUB %s 1\r\nPING\r\n", self->inbox);
    wire_flush(self->wire);
    while (strcmp(wire_line(self->wire), "PONG")) continue;
    return self;
}

// Asks JetStream's API; an answer with an error ends the program, unless it `may_fail`.
static void request(struct connection *self, const char *subject, const char *text, bool may_fail) {
    publish(self->wire, subject, self->inbox, text);
    wire_flush(self->wire);
    struct message answer = next_message(self->wire);
    if (!may_fail && (!answer.body_count || memmem(answer.body, answer.body_count, "\"error\"", 7)))
        fail("nats answered %.*s", (int)answer.body_count, answer.body);
}

static void closed(struct connection *self) {
    wire_close(self->wire);
    free(self);
}

void system_delete(const char *address, const char *stream) {
    struct connection *self = opened(address, stream, 0);
    char subject[128];
    snprintf(subject, sizeof subject, "$JS.API.STREAM.DELETE.%s", stream);
    request(self, subject, "", true);
    closed(self);
}

void system_create(const char *address, const char *stream) {
    system_delete(address, stream);
    struct connection *self = opened(address, stream, 0);
    char subject[128], text[512];
    snprintf(subject, sizeof subject, "$JS.API.STREAM.CREATE.%s", stream);
    snprintf(
        text, sizeof text,
        "{\"name\":\"%s\",\"subjects\":[\"%s.*\"],\"storage\":\"file\",\"retention\":\"limits\",\"num_replicas\":1,\"max_msgs\":-1,"
        "\"max_bytes\":-1,\"max_consumers\":-1,\"max_msg_size\":-1,\"discard\":\"old\"%s}",
        stream, stream, self->next_batch ? ",\"allow_atomic\":true" : "");
    request(self, subject, text, false);
    closed(self);
}

void *system_connect(const char *address, const char *stream, unsigned producer) {
    struct connection *self = opened(address, stream, producer);
    snprintf(self->subject, sizeof self->subject, "%s.p%u", stream, producer);
    return self;
}

static void await_acknowledgement(struct connection *self) {
    struct message answer = next_message(self->wire);
    if (!memmem(answer.body, answer.body_count, "\"seq\"", 5)) fail("nats answered %.*s", (int)answer.body_count, answer.body);
}

static void put_singly(struct connection *self, const unsigned char *payloads, size_t size, size_t count) {
    for (size_t i = 0; i < count; i++) {
        wire_print(self->wire, "PUB %s %s %zu\r\n", self->subject, self->inbox, size);
        wire_write(self->wire, payloads + i * size, size);
        wire_write(self->wire, "\r\n", 2);
    }
    wire_flush(self->wire);
    for (size_t i = 0; i < count; i++) await_acknowledgement(self);
}

static void put_batch(struct connection *self, const unsigned char *payloads, size_t size, size_t count) {
    unsigned batch = self->next_batch++;
    for (size_t i = 0; i < count; i++) {
        char head[256];
        size_t head_count = (size_t)snprintf(
            head, sizeof head, "NATS/1.0\r\nNats-Batch-Id:%s.%u\r\nNats-Batch-Sequence:%zu\r\n%s\r\n", self->inbox, batch, i + 1,
            i + 1 == count ? "Nats-Batch-Commit:1\r\n" : "");
        wire_print(
            self->wire, "HPUB %s %s %zu %zu\r\n", self->subject, i + 1 == count ? self->inbox : "", head_count, head_count + size);
        wire_write(self->wire, head, head_count);
        wire_write(self->wire, payloads + i * size, size);
        wire_write(self->wire, "\r\n", 2);
    }
    wire_flush(self->wire);
    await_acknowledgement(self);
}

void system_put(void *connection, const unsigned char *payloads, size_t size, size_t count) {
    struct connection *self = connection;
    if (count > 1 && count <= BATCH_MOST && self->next_batch) put_batch(self, payloads, size, count);
    else put_singly(self, payloads, size, count);
}

void *system_subscribe(const char *address, const char *stream, size_t size, bool is_live) {
    (void)size, (void)is_live;
    struct connection *self = opened(address, stream, PRODUCERS_MOST);
    char subject[128], text[512];
    snprintf(subject, sizeof subject, "$JS.API.CONSUMER.CREATE.%s", stream);
    snprintf(
        text, sizeof text,
        "{\"stream_name\":\"%s\",\"config\":{\"deliver_subject\":\"%s.d\",\"deliver_policy\":\"all\",\"ack_policy\":\"none\","
        "\"replay_policy\":\"instant\",\"flow_control\":true,\"idle_heartbeat\":5000000000,\"mem_storage\":true,\"num_replicas\":1}}",
        stream, self->inbox);
    wire_print(self->wire, "SUB %s.d 2\r\n", self->inbox);
    // Records may come before the answer, so nobody waits for that: its subject tells it from them.
    publish(self->wire, subject, self->inbox, text);
    wire_flush(self->wire);
    return self;
}

void system_next(void *reader, take_record *take, void *context) {
    struct connection *self = reader;
    for (bool has_taken = false; !has_taken || wire_held(self->wire) > 0;) {
        struct message message = next_message(self->wire);
        if (!strcmp(message.subject, self->inbox)) {
            if (memmem(message.body, message.body_count, "\"error\"", 7)) fail("nats answered %.*s", (int)message.body_count, message.body);
        } else if (message.head_count > 12 && !memcmp(message.head, "NATS/1.0 100", 12)) {
            // A heartbeat, or a question whether the records so far arrived.
            if (message.reply[0]) {
                wire_print(self->wire, "PUB %s 0\r\n\r\n", message.reply);
                wire_flush(self->wire);
            }
        } else {
            take(context, (const unsigned char *)message.body, message.body_count);
            has_taken = true;
        }
    }
}

void system_unsubscribe(void *reader) { closed(reader); }
