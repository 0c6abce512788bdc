/// One measured system: `bench.c` has `main` and the loops, a file for each system these functions. All of them end the program with a
/// message when something fails.
#ifndef STREAM_BENCH_H
#define STREAM_BENCH_H

#include "workload.h"

/// Makes an empty stream. `address` is `host:port`, or a directory.
void system_create(const char *address, const char *stream);

/// Removes a stream and its records.
void system_delete(const char *address, const char *stream);

/// A connection of one producer.
void *system_connect(const char *address, const char *stream, unsigned producer);

/// Puts records of one size that lie one after another, and returns when the last of them is acknowledged.
void system_put(void *connection, const unsigned char *payloads, size_t size, size_t count);

/// A reader from the first record on. `is_live`: it will wait for records that are put later.
void *system_subscribe(const char *address, const char *stream, size_t size, bool is_live);

typedef void take_record(void *context, const unsigned char *payload, size_t size);

/// Waits until there are records, and hands some over, in order.
void system_next(void *reader, take_record *take, void *context);

void system_unsubscribe(void *reader);

/// Prints a message and ends the program.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
