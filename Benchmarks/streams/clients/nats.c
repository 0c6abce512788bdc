// NATS JetStream: PUB with a reply subject, where the acknowledgement of each record comes back; a push consumer with flow control, as
// the official clients' ordered consumer. The partition key is the second part of the subject.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "wire.h"

struct connection {
    struct wire *wire;
    char stream[64], inbox[64], header[256];
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

static struct connection *opened(const char *address, const char *stream, unsigned number) {
    struct connection *self = calloc(1, sizeof *self);
    self->wire = wire_open(address);
    snprintf(self->stream, sizeof self->stream, "%s", stream);
    snprintf(self->inbox, sizeof self->inbox, "_INBOX.%d.%u", (int)getpid(), number);
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
        "\"max_bytes\":-1,\"max_consumers\":-1,\"max_msg_size\":-1,\"discard\":\"old\"}",
        stream, stream);
    request(self, subject, text, false);
    closed(self);
}

void *system_connect(const char *address, const char *stream, unsigned producer) {
    struct connection *self = opened(address, stream, producer);
    snprintf(self->header, sizeof self->header, "PUB %s.p%u %s ", stream, producer, self->inbox);
    return self;
}

void system_put(void *connection, const unsigned char *payloads, size_t size, size_t count) {
    struct connection *self = connection;
    char header[300];
    size_t header_count = (size_t)snprintf(header, sizeof header, "%s%zu\r\n", self->header, size);
    for (size_t i = 0; i < count; i++) {
        wire_write(self->wire, header, header_count);
        wire_write(self->wire, payloads + i * size, size);
        wire_write(self->wire, "\r\n", 2);
    }
    wire_flush(self->wire);
    for (size_t i = 0; i < count; i++) {
        struct message answer = next_message(self->wire);
        if (!memmem(answer.body, answer.body_count, "\"seq\"", 5)) fail("nats answered %.*s", (int)answer.body_count, answer.body);
    }
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
        } else if (message.head_count > 0) {
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
