// The loops that measure a system (`bench.h`). Prints one line of JSON. Options are `name=value`:
//   create|delete  address= stream=
//   append         address= stream= size= batch= producers= seconds= warmup= records=    (until so many seconds, or records)
//   read           address= stream= size= records= seconds= check=    (from the start, again and again for so many seconds)
//   tail           address= stream= size= rate= producers= seconds=    (records a second of all producers, on an empty stream)
#define _GNU_SOURCE
#include "bench.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *address, *stream;
    size_t size, batch, producers, records;
    double seconds, warmup, rate;
    bool checks;
};

struct producer {
    const struct options *options;
    pthread_t thread;
    pthread_barrier_t *barrier;
    unsigned number;
    uint64_t sent, ended_ns;
    /// Records since the warm-up; of a put that was under way then, the part of its time.
    double counted;
    struct latencies latencies;
};

_Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static bool named(const char *argument, const char *name) {
    size_t length = strlen(name);
    return !strncmp(argument, name, length) && argument[length] == '=';
}

static void take_option(struct options *options, const char *argument) {
    const char *equals = strchr(argument, '=');
    if (!equals) fail("%s: options are name=value", argument);
    const char *value = equals + 1;
    if (named(argument, "address")) options->address = value;
    else if (named(argument, "stream")) options->stream = value;
    else if (named(argument, "size")) options->size = strtoul(value, NULL, 10);
    else if (named(argument, "batch")) options->batch = strtoul(value, NULL, 10);
    else if (named(argument, "producers")) options->producers = strtoul(value, NULL, 10);
    else if (named(argument, "records")) options->records = strtoul(value, NULL, 10);
    else if (named(argument, "seconds")) options->seconds = strtod(value, NULL);
    else if (named(argument, "warmup")) options->warmup = strtod(value, NULL);
    else if (named(argument, "rate")) options->rate = strtod(value, NULL);
    else if (named(argument, "check")) options->checks = value[0] == '1';
    else fail("%s: no such option", argument);
}

static struct options parsed(int count, char **arguments) {
    struct options options = {.size = 100, .batch = 1, .producers = 1, .seconds = 1};
    for (int i = 2; i < count; i++) take_option(&options, arguments[i]);
    if (!options.address || !options.stream) fail("address= and stream= are needed");
    if (options.size < PAYLOAD_HEAD || !options.batch || !options.producers || options.producers > PRODUCERS_MOST)
        fail("size= is at least %d, producers= 1 to %d, batch= at least 1", PAYLOAD_HEAD, PRODUCERS_MOST);
    return options;
}

// Puts batch after batch, each when the one before is acknowledged, until the time or the records are used up.
static void *produce(void *argument) {
    struct producer *self = argument;
    const struct options *options = self->options;
    void *connection = system_connect(options->address, options->stream, self->number);
    unsigned char *payloads = malloc(options->batch * options->size);
    uint64_t share = options->records / options->producers + (self->number < options->records % options->producers);
    pthread_barrier_wait(self->barrier);
    uint64_t started = now_ns(), from = started + (uint64_t)(options->warmup * 1e9);
    uint64_t until = options->records ? UINT64_MAX : from + (uint64_t)(options->seconds * 1e9);
    for (uint64_t before = started; before < until && (!options->records || self->sent < share);) {
        size_t count = options->batch;
        if (options->records && share - self->sent < count) count = share - self->sent;
        payloads_fill(payloads, options->size, count, self->number, self->sent);
        before = now_ns();
        system_put(connection, payloads, options->size, count);
        uint64_t after = now_ns();
        self->sent += count;
        if (after > from) {
            self->counted += (double)count * (double)(after - (before > from ? before : from)) / (double)(after - before);
            latencies_add(&self->latencies, after - before);
        }
        self->ended_ns = after;
        before = after;
    }
    free(payloads);
    return NULL;
}

static void append(const struct options *options) {
    struct producer producers[PRODUCERS_MOST] = {0};
    pthread_barrier_t barrier;
    system_create(options->address, options->stream);
    pthread_barrier_init(&barrier, NULL, (unsigned)options->producers + 1);
    for (unsigned i = 0; i < options->producers; i++) {
        producers[i] = (struct producer){.options = options, .barrier = &barrier, .number = i};
        if (pthread_create(&producers[i].thread, NULL, produce, &producers[i])) fail("no thread");
    }
    pthread_barrier_wait(&barrier);
    uint64_t from = now_ns() + (uint64_t)(options->warmup * 1e9), ended = from;
    struct latencies all = {0};
    uint64_t sent = 0, hash = 0;
    double counted = 0;
    for (unsigned i = 0; i < options->producers; i++) {
        pthread_join(producers[i].thread, NULL);
        sent += producers[i].sent;
        counted += producers[i].counted;
        hash += payloads_hash(options->size, i, producers[i].sent);
        latencies_merge(&all, &producers[i].latencies);
        if (producers[i].ended_ns > ended) ended = producers[i].ended_ns;
    }
    double seconds = (double)(ended - from) / 1e9;
    printf("{\"records\": %" PRIu64 ", \"hash\": \"%016" PRIx64 "\", \"rate\": %.1f, \"puts\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f}\n",
           sent, hash, counted / seconds, all.count, latencies_percentile(&all, 0.5), latencies_percentile(&all, 0.99));
}

static void take_checked(void *context, const unsigned char *payload, size_t size) { checker_take(context, payload, size); }

static struct checker read_once(const struct options *options) {
    struct checker checker = {.hashes = options->checks};
    void *reader = system_subscribe(options->address, options->stream, options->size, false);
    while (checker.records < options->records && !checker.is_wrong) system_next(reader, take_checked, &checker);
    system_unsubscribe(reader);
    return checker;
}

static void read_again_and_again(const struct options *options) {
    struct checker checker;
    uint64_t started = now_ns(), ended = started;
    unsigned passes = 0;
    do {
        checker = read_once(options);
        ended = now_ns();
        passes++;
    } while (!options->checks && !checker.is_wrong && (double)(ended - started) < options->seconds * 1e9);
    printf("{\"records\": %" PRIu64 ", \"hash\": \"%016" PRIx64 "\", \"in_order\": %s, \"rate\": %.1f}\n",
           checker.records, checker.hash, checker.is_wrong ? "false" : "true",
           (double)checker.records * passes / ((double)(ended - started) / 1e9));
}

struct tail {
    const struct options *options;
    pthread_barrier_t *barrier;
    uint64_t total;
    struct checker checker;
    struct latencies latencies;
};

static void take_timed(void *context, const unsigned char *payload, size_t size) {
    struct tail *tail = context;
    checker_take(&tail->checker, payload, size);
    latencies_add(&tail->latencies, now_ns() - payload_time(payload));
}

static void *consume(void *argument) {
    struct tail *tail = argument;
    void *reader = system_subscribe(tail->options->address, tail->options->stream, tail->options->size, true);
    pthread_barrier_wait(tail->barrier);
    while (tail->checker.records < tail->total && !tail->checker.is_wrong) system_next(reader, take_timed, tail);
    return NULL;
}

// One record when it is due, or all that became due while the put before was under way. A record's time is the one at which it could be
// put: its due time, or, where the thread slept until then, that of waking up.
static void *produce_paced(void *argument) {
    struct producer *self = argument;
    const struct options *options = self->options;
    void *connection = system_connect(options->address, options->stream, self->number);
    uint64_t share = options->records / options->producers;
    uint64_t interval = (uint64_t)(1e9 * (double)options->producers / options->rate);
    unsigned char *payloads = malloc(share * options->size);
    pthread_barrier_wait(self->barrier);
    uint64_t start = now_ns() + 1000000 + interval * self->number / options->producers;
    while (self->sent < share) {
        uint64_t due = start + self->sent * interval, now = now_ns();
        if (due > now) {
            sleep_until(due);
            due = now = now_ns();
        }
        size_t count = 0;
        for (; self->sent + count < share && due <= now; count++) {
            payload_fill(payloads + count * options->size, options->size, self->number, self->sent + count, due);
            due = start + (self->sent + count + 1) * interval;
        }
        system_put(connection, payloads, options->size, count);
        self->sent += count;
    }
    free(payloads);
    return NULL;
}

static void tail(struct options *options) {
    struct producer producers[PRODUCERS_MOST] = {0};
    pthread_barrier_t barrier;
    pthread_t consumer;
    options->records = (size_t)(options->rate * options->seconds) / options->producers * options->producers;
    system_create(options->address, options->stream);
    pthread_barrier_init(&barrier, NULL, (unsigned)options->producers + 1);
    struct tail tail = {.options = options, .barrier = &barrier, .total = options->records};
    if (pthread_create(&consumer, NULL, consume, &tail)) fail("no thread");
    for (unsigned i = 0; i < options->producers; i++) {
        producers[i] = (struct producer){.options = options, .barrier = &barrier, .number = i};
        if (pthread_create(&producers[i].thread, NULL, produce_paced, &producers[i])) fail("no thread");
    }
    for (unsigned i = 0; i < options->producers; i++) pthread_join(producers[i].thread, NULL);
    pthread_join(consumer, NULL);
    printf("{\"records\": %" PRIu64 ", \"in_order\": %s, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", tail.checker.records,
           tail.checker.is_wrong ? "false" : "true", latencies_percentile(&tail.latencies, 0.5),
           latencies_percentile(&tail.latencies, 0.99));
}

int main(int count, char **arguments) {
    if (count < 2) fail("usage: %s create|delete|append|read|tail address=ADDRESS stream=NAME [name=value ...]", arguments[0]);
    struct options options = parsed(count, arguments);
    const char *command = arguments[1];
    if (!strcmp(command, "create")) system_create(options.address, options.stream);
    else if (!strcmp(command, "delete")) system_delete(options.address, options.stream);
    else if (!strcmp(command, "append")) append(&options);
    else if (!strcmp(command, "read")) read_again_and_again(&options);
    else if (!strcmp(command, "tail")) tail(&options);
    else fail("%s: no such command", command);
    return 0;
}
