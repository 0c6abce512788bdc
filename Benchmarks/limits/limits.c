// What one core of this machine can do at most, step by step, as "name<TAB>megabytes a second" lines.
//   limits flights.csv flights.csv.gz events.jsonl scratch-file
// The scans are Sluice's own (Sources/CTextScan); inflating is done by the libraries alone. Best of three.
#define _GNU_SOURCE
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "csv_scan.h"
#include "json_scan.h"

enum { block = 1 << 20, repeats = 3 };
enum { memory = 256 << 20 };

typedef struct {
    uint8_t *bytes;
    size_t count;
} text;

static volatile uint64_t sink;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void *room(size_t bytes) {
    void *place = malloc(bytes);
    if (!place) { perror("malloc"); exit(1); }
    memset(place, 1, bytes);  // the pages are there before the clock starts
    return place;
}

static int opened(const char *path, int flags) {
    int file = open(path, flags, 0644);
    if (file < 0) { perror(path); exit(1); }
    return file;
}

static text whole(const char *path) {
    int file = opened(path, O_RDONLY);
    struct stat status;
    fstat(file, &status);
    text result = {room(status.st_size + 64), 0};
    ssize_t got;
    while ((got = read(file, result.bytes + result.count, status.st_size - result.count)) > 0) result.count += got;
    close(file);
    return result;
}

static void read_file(const char *path) {
    static uint8_t buffer[block];
    int file = opened(path, O_RDONLY);
    ssize_t got;
    while ((got = read(file, buffer, block)) > 0) sink += buffer[0];
    close(file);
}

static void write_file(const char *path, text plain) {
    int file = opened(path, O_WRONLY | O_CREAT | O_TRUNC);
    for (size_t at = 0; at < plain.count; at += block) {
        size_t count = plain.count - at < block ? plain.count - at : block;
        if (write(file, plain.bytes + at, count) != (ssize_t)count) { perror(path); exit(1); }
    }
    close(file);
}

static void copy_memory(uint8_t *to, const uint8_t *from) { memcpy(to, from, memory); sink += to[memory / 2]; }

static void read_memory(const uint64_t *from) {
    uint64_t total = 0;
    for (size_t i = 0; i < memory / 8; i++) total += from[i];
    sink += total;
}

static void csv_records(text plain) {
    for (size_t at = 0; at < plain.count;) {
        sluice_csv_bounds bounds;
        size_t count = plain.count - at < block ? plain.count - at : block;
        sluice_csv_find_bounds(plain.bytes + at, count, ',', '"', sluice_csv_best_level(), &bounds);
        if (bounds.end == 0) break;
        sink += bounds.record_ends;
        at += bounds.end;
    }
}

static void csv_fields(text plain, uint32_t *ends) {
    for (size_t at = 0; at < plain.count;) {
        size_t count = plain.count - at < block ? plain.count - at : block;
        size_t found = sluice_csv_index(plain.bytes + at, count, ',', '"', sluice_csv_best_level(), ends);
        if (found == 0) break;
        sink += found;
        size_t end = found;
        while (end > 0 && plain.bytes[at + ends[end - 1]] != '\n') end--;
        if (end == 0) break;
        at += ends[end - 1] + 1;
    }
}

static void json_structure(text plain, const sluice_json_index *index) {
    for (size_t at = 0; at < plain.count;) {
        size_t count = plain.count - at;
        if (count > block) {
            const uint8_t *last = memrchr(plain.bytes + at, '\n', block);
            if (!last) break;
            count = last - (plain.bytes + at) + 1;
        }
        sluice_json_result result;
        memset(index->escapes, 0, (block / 4096 + 4) * 8);
        sluice_json_scan(plain.bytes + at, count, sluice_json_lines, index, &result);
        if (result.end == 0) break;
        sink += result.records;
        at += result.end;
    }
}

static size_t inflate_zlib(text packed, uint8_t *out) {
    z_stream stream = {.next_in = packed.bytes, .avail_in = packed.count};
    inflateInit2(&stream, 31);
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = out;
        stream.avail_out = block;
        state = inflate(&stream, Z_NO_FLUSH);
    }
    size_t total = stream.total_out;
    inflateEnd(&stream);
    return total;
}

static size_t inflate_isal(text packed, uint8_t *out) {
    struct inflate_state *state = room(sizeof *state);
    isal_inflate_init(state);
    state->crc_flag = ISAL_GZIP;
    state->next_in = packed.bytes;
    state->avail_in = packed.count;
    size_t total = 0;
    while (state->block_state != ISAL_BLOCK_FINISH) {
        state->next_out = out;
        state->avail_out = block;
        if (isal_inflate(state) != ISAL_DECOMP_OK) break;
        total += block - state->avail_out;
    }
    free(state);
    return total;
}

// Runs a statement a few times and prints the best speed for `count` bytes.
#define MEASURE(name, count, statement)                             \
    do {                                                            \
        double best = 1e9;                                          \
        for (int run = 0; run < repeats; run++) {                   \
            double start = now();                                   \
            statement;                                              \
            double took = now() - start;                            \
            if (took < best) best = took;                           \
        }                                                           \
        printf("%s\t%.0f\n", name, (count) / best / 1e6);           \
        fflush(stdout);                                             \
    } while (0)

int main(int argc, char **argv) {
    if (argc != 5) { fprintf(stderr, "usage: limits CSV GZIP JSONL SCRATCH\n"); return 2; }
    uint8_t *a = room(memory), *b = room(memory);
    MEASURE("memory, read", (double)memory, read_memory((const uint64_t *)a));
    MEASURE("memory, copy", (double)memory, copy_memory(a, b));
    free(a);
    free(b);

    text csv = whole(argv[1]);
    MEASURE("read a file from the page cache", (double)csv.count, read_file(argv[1]));
    MEASURE("write a file to the page cache", (double)csv.count, write_file(argv[4], csv));
    unlink(argv[4]);
    MEASURE("CSV, find records", (double)csv.count, csv_records(csv));
    uint32_t *ends = room((block + 64) * sizeof *ends);
    MEASURE("CSV, index of every field", (double)csv.count, csv_fields(csv, ends));
    free(ends);
    free(csv.bytes);

    text packed = whole(argv[2]);
    uint8_t *out = room(block);
    size_t plain = inflate_zlib(packed, out);
    MEASURE("inflate, zlib", (double)plain, sink += inflate_zlib(packed, out));
    MEASURE("inflate, ISA-L", (double)plain, sink += inflate_isal(packed, out));
    free(packed.bytes);

    text json = whole(argv[3]);
    sluice_json_index index = {
        room((block + 64) * 4), room((block + 64) * 4), room((block / 4096 + 4) * 8), room((block / 64 + 2 + block) * 4),
        room(block * sizeof(sluice_json_record)), block};
    MEASURE("JSON lines, structure and grammar", (double)json.count, json_structure(json, &index));
    return 0;
}
