/// A buffered connection to a server of this machine. Ends the program when the connection does.
#ifndef STREAM_WIRE_H
#define STREAM_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct wire {
    int socket;
    unsigned char *in, *out;
    size_t in_start, in_end, in_capacity, out_count, out_capacity;
};

/// Connects to `host:port`.
struct wire *wire_open(const char *address);
void wire_close(struct wire *wire);

/// Appends to what `wire_flush` sends.
void wire_write(struct wire *wire, const void *bytes, size_t count);
void wire_print(struct wire *wire, const char *format, ...) __attribute__((format(printf, 2, 3)));
void wire_flush(struct wire *wire);

/// The next `count` bytes, which stay where they are until the next call; waits for them and passes over them.
const unsigned char *wire_take(struct wire *wire, size_t count);

/// The next line without its CR LF, ended by a zero byte instead.
char *wire_line(struct wire *wire);

/// Bytes that are here already.
size_t wire_held(const struct wire *wire);

#endif
