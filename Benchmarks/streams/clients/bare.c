// What the disk and the page cache can do at most: the payloads and nothing else, appended to one file and synced (fdatasync) before a
// put returns. Producers that come while a sync is under way share the next one; the first of them writes and syncs for all.
//
// A stream named `written…` goes to blocks that were written before, again from their start when they are used up; another one to a file
// that grows.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { WRITTEN_BYTES = 256 << 20, READ_BYTES = 1 << 20, WRITTEN_STEP = 1 << 20 };

// The file that all producers share. `queue` collects while the leader syncs what was in it.
static struct {
    int file;
    size_t place, wraps_at;
    unsigned char *queue, *syncing;
    size_t queued, capacity;
    uint64_t queued_puts, synced_puts;
    bool has_leader, is_open;
    pthread_mutex_t mutex;
    pthread_cond_t synced;
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER, .synced = PTHREAD_COND_INITIALIZER};

static bool is_written(const char *stream) { return !strncmp(stream, "written", 7); }

static void path_of(char *path, size_t capacity, const char *address, const char *stream) {
    if (snprintf(path, capacity, "%s/%s", address, stream) >= (int)capacity) fail("%s: too long", address);
}

void system_delete(const char *address, const char *stream) {
    char path[4096];
    path_of(path, sizeof path, address, stream);
    if (unlink(path) && errno != ENOENT) fail("cannot remove %s: %s", path, strerror(errno));
}

void system_create(const char *address, const char *stream) {
    char path[4096];
    path_of(path, sizeof path, address, stream);
    int file = open(path, O_RDWR | O_CREAT | (is_written(stream) ? 0 : O_TRUNC), 0644);
    if (file < 0) fail("cannot make %s: %s", path, strerror(errno));
    static unsigned char zeros[WRITTEN_STEP];
    if (is_written(stream) && lseek(file, 0, SEEK_END) < WRITTEN_BYTES) {
        for (size_t place = 0; place < WRITTEN_BYTES; place += WRITTEN_STEP)
            if (pwrite(file, zeros, WRITTEN_STEP, (off_t)place) != WRITTEN_STEP) fail("cannot write %s: %s", path, strerror(errno));
    }
    if (fsync(file)) fail("cannot sync %s: %s", path, strerror(errno));
    close(file);
}

void *system_connect(const char *address, const char *stream, unsigned producer) {
    (void)producer;
    pthread_mutex_lock(&shared.mutex);
    if (!shared.is_open) {
        char path[4096];
        path_of(path, sizeof path, address, stream);
        shared.file = open(path, O_WRONLY);
        if (shared.file < 0) fail("cannot open %s: %s", path, strerror(errno));
        shared.wraps_at = is_written(stream) ? WRITTEN_BYTES : SIZE_MAX;
        shared.capacity = PRODUCERS_MOST << 20;
        shared.queue = malloc(shared.capacity);
        shared.syncing = malloc(shared.capacity);
        shared.is_open = true;
    }
    pthread_mutex_unlock(&shared.mutex);
    return &shared;
}

// Writes and syncs what is queued, without the mutex in between.
static void lead(void) {
    unsigned char *bytes = shared.queue;
    size_t count = shared.queued;
    uint64_t puts = shared.queued_puts;
    shared.queue = shared.syncing;
    shared.syncing = bytes;
    shared.queued = 0;
    shared.has_leader = true;
    pthread_mutex_unlock(&shared.mutex);
    if (count > shared.wraps_at - shared.place) shared.place = 0;
    if (pwrite(shared.file, bytes, count, (off_t)shared.place) != (ssize_t)count) fail("cannot write: %s", strerror(errno));
    shared.place += count;
    if (fdatasync(shared.file)) fail("cannot sync: %s", strerror(errno));
    pthread_mutex_lock(&shared.mutex);
    shared.synced_puts = puts;
    shared.has_leader = false;
    pthread_cond_broadcast(&shared.synced);
}

void system_put(void *connection, const unsigned char *payloads, size_t size, size_t count) {
    (void)connection;
    pthread_mutex_lock(&shared.mutex);
    if (shared.queued + size * count > shared.capacity) fail("a put is too large");
    memcpy(shared.queue + shared.queued, payloads, size * count);
    shared.queued += size * count;
    uint64_t mine = ++shared.queued_puts;
    while (shared.synced_puts < mine) {
        if (shared.has_leader) pthread_cond_wait(&shared.synced, &shared.mutex);
        else lead();
    }
    pthread_mutex_unlock(&shared.mutex);
}

struct reader {
    int file;
    size_t size, place;
    unsigned char *bytes;
};

void *system_subscribe(const char *address, const char *stream, size_t size, bool is_live) {
    if (is_live) fail("the bare program has no consumers");
    char path[4096];
    path_of(path, sizeof path, address, stream);
    struct reader *self = calloc(1, sizeof *self);
    self->file = open(path, O_RDONLY);
    if (self->file < 0) fail("cannot open %s: %s", path, strerror(errno));
    self->size = size;
    self->bytes = malloc(READ_BYTES);
    return self;
}

void system_next(void *reader, take_record *take, void *context) {
    struct reader *self = reader;
    ssize_t count = pread(self->file, self->bytes, READ_BYTES / self->size * self->size, (off_t)self->place);
    if (count <= 0 || (size_t)count % self->size) fail("the file ends too early");
    for (size_t place = 0; place < (size_t)count; place += self->size) take(context, self->bytes + place, self->size);
    self->place += (size_t)count;
}

void system_unsubscribe(void *reader) {
    struct reader *self = reader;
    close(self->file);
    free(self->bytes);
    free(self);
}
