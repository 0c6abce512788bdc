#define _GNU_SOURCE
#include "workload.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

enum { POOL = 1 << 16 };

static unsigned char pool[2 * POOL];

// Bytes of a xorshift generator with a fixed seed, twice, so that a payload never wraps around.
__attribute__((constructor)) static void fill_pool(void) {
    uint64_t state = 0x9E3779B97F4A7C15;
    for (size_t place = 0; place < POOL; place += 8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(pool + place, &state, 8);
    }
    memcpy(pool + POOL, pool, POOL);
}

void payload_fill(unsigned char *payload, size_t size, uint64_t producer, uint64_t number, uint64_t time_ns) {
    memcpy(payload, &number, 8);
    memcpy(payload + 8, &producer, 8);
    memcpy(payload + 16, &time_ns, 8);
    memcpy(payload + PAYLOAD_HEAD, pool + (number * 61 + producer * 8191) % POOL, size - PAYLOAD_HEAD);
}

void payloads_fill(unsigned char *payloads, size_t size, size_t count, uint64_t producer, uint64_t first) {
    for (size_t i = 0; i < count; i++) payload_fill(payloads + i * size, size, producer, first + i, 0);
}

uint64_t payload_time(const unsigned char *payload) {
    uint64_t time;
    memcpy(&time, payload + 16, 8);
    return time;
}

static uint64_t payload_hash(const unsigned char *payload, size_t size) {
    uint64_t hash = size, word = 0;
    size_t place = 0;
    for (; place + 8 <= size; place += 8) {
        memcpy(&word, payload + place, 8);
        hash = (hash ^ word) * 0xFF51AFD7ED558CCD;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, payload + place, size - place);
    hash = (hash ^ word) * 0xFF51AFD7ED558CCD;
    return hash ^ hash >> 29;
}

uint64_t payloads_hash(size_t size, uint64_t producer, uint64_t count) {
    unsigned char *payload = malloc(size);
    uint64_t sum = 0;
    for (uint64_t number = 0; number < count; number++) {
        payload_fill(payload, size, producer, number, 0);
        sum += payload_hash(payload, size);
    }
    free(payload);
    return sum;
}

void checker_take(struct checker *checker, const unsigned char *payload, size_t size) {
    uint64_t number, producer;
    if (size < PAYLOAD_HEAD) {
        checker->is_wrong = true;
        return;
    }
    memcpy(&number, payload, 8);
    memcpy(&producer, payload + 8, 8);
    if (producer >= PRODUCERS_MOST || number != checker->next[producer]) {
        checker->is_wrong = true;
        return;
    }
    checker->next[producer]++;
    checker->records++;
    checker->bytes += size;
    if (checker->hashes) checker->hash += payload_hash(payload, size);
}

void latencies_add(struct latencies *latencies, uint64_t nanoseconds) {
    if (latencies->count == latencies->capacity) {
        latencies->capacity = latencies->capacity ? 2 * latencies->capacity : 1 << 14;
        latencies->values = realloc(latencies->values, latencies->capacity * sizeof *latencies->values);
    }
    latencies->values[latencies->count++] = nanoseconds;
}

void latencies_merge(struct latencies *into, const struct latencies *from) {
    for (size_t i = 0; i < from->count; i++) latencies_add(into, from->values[i]);
}

static int ascending(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

double latencies_percentile(struct latencies *latencies, double share) {
    if (latencies->count == 0) return 0;
    qsort(latencies->values, latencies->count, sizeof *latencies->values, ascending);
    size_t place = (size_t)(share * (double)latencies->count);
    return (double)latencies->values[place < latencies->count ? place : latencies->count - 1] / 1e3;
}

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void sleep_until(uint64_t time_ns) {
    struct timespec time = {.tv_sec = (time_t)(time_ns / 1000000000), .tv_nsec = (long)(time_ns % 1000000000)};
    // Without this the kernel may wake a thread 50 microseconds late; it holds for one thread.
    static _Thread_local bool is_precise;
    if (!is_precise) is_precise = prctl(PR_SET_TIMERSLACK, 1) == 0;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) continue;
}
