/// What every measured program shares: the same records, the same check of what comes back, the same percentiles.
#ifndef STREAM_WORKLOAD_H
#define STREAM_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A payload begins with its number (dense, from 0, for each producer), its producer, and a time in nanoseconds or 0, eight bytes each,
/// little endian; the rest are bytes of a pool that follow from number and producer.
enum { PAYLOAD_HEAD = 24, PRODUCERS_MOST = 64 };

/// Fills one payload of at least PAYLOAD_HEAD bytes.
void payload_fill(unsigned char *payload, size_t size, uint64_t producer, uint64_t number, uint64_t time_ns);

/// Fills payloads that lie one after another, numbered from `first`.
void payloads_fill(unsigned char *payloads, size_t size, size_t count, uint64_t producer, uint64_t first);

uint64_t payload_time(const unsigned char *payload);

/// Sum of the hashes of payloads 0 ..< count of a producer, made again: what a reader must arrive at.
uint64_t payloads_hash(size_t size, uint64_t producer, uint64_t count);

/// Takes the records that a reader gets. Zero it before use.
struct checker {
    uint64_t records, bytes;
    /// Sum of the payloads' hashes, where `hashes` asks for it.
    uint64_t hash;
    uint64_t next[PRODUCERS_MOST];
    bool hashes;
    /// A record was lost, came twice or out of order.
    bool is_wrong;
};

/// Counts a record and checks that it follows the one before of its producer.
void checker_take(struct checker *checker, const unsigned char *payload, size_t size);

/// Durations in nanoseconds. Zero it before use.
struct latencies {
    uint64_t *values;
    size_t count, capacity;
};

void latencies_add(struct latencies *latencies, uint64_t nanoseconds);
void latencies_merge(struct latencies *into, const struct latencies *from);
/// The value in microseconds below which `share` of all lie; sorts. 0 for none.
double latencies_percentile(struct latencies *latencies, double share);

/// CLOCK_MONOTONIC, the same in all processes.
uint64_t now_ns(void);
/// Sleeps until `time_ns`, within some microseconds.
void sleep_until(uint64_t time_ns);

#endif
