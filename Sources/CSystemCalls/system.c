#define _GNU_SOURCE
#include "system.h"

#include <fcntl.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void sluice_start_storing(int descriptor, int64_t place, int64_t count) {
#if defined(__linux__)
    // Only a hint: a failure shows itself in the sync that follows.
    (void)sync_file_range(descriptor, place, count, SYNC_FILE_RANGE_WRITE);
#else
    (void)descriptor, (void)place, (void)count;
#endif
}

void sluice_keep_buffers(int block_bytes, int kept_bytes) {
#if defined(__GLIBC__)
    (void)mallopt(M_MMAP_THRESHOLD, block_bytes);
    (void)mallopt(M_TRIM_THRESHOLD, kept_bytes);
    // The heap grows by as much at once, so that a small job asks the system once.
    (void)mallopt(M_TOP_PAD, 4 << 20);
#else
    (void)block_bytes, (void)kept_bytes;
#endif
}
