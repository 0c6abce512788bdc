#define _GNU_SOURCE
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <link.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#endif

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

int sluice_sync_file_system(int descriptor) {
#if defined(__linux__)
    return syncfs(descriptor) == 0 ? 0 : errno;
#else
    (void)descriptor;
    sync();
    return 0;
#endif
}

const int sluice_place_only = O_PATH;

static int open_by_parts(int top, const char *path, int flags) {
    int folder = top;
    for (;;) {
        const char *slash = strchr(path, '/');
        size_t length = slash == NULL ? strlen(path) : (size_t)(slash - path);
        char name[NAME_MAX + 1];
        int next = -1, failure = 0;
        if (length > NAME_MAX) {
            failure = ENAMETOOLONG;
        } else {
            memcpy(name, path, length);
            name[length] = 0;
            if (length == 0 || strcmp(name, "..") == 0) failure = length == 0 ? ENOENT : EXDEV;
        }
        if (failure == 0) {
            next = openat(folder, name, (slash == NULL ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
            failure = next < 0 ? errno : 0;
        }
        if (folder != top) (void)close(folder);
        if (failure != 0) return -failure;
        if (slash == NULL) return next;
        folder = next;
        path = slash + 1;
    }
}

int sluice_open_beneath(int folder, const char *path, int flags, int by_parts) {
#if defined(SYS_openat2)
    if (!by_parts) {
        struct open_how how = {
            .flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC), .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
        long found = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (found >= 0) return (int)found;
        // Old kernels have no such call, and old filters of calls refuse it.
        if (errno != ENOSYS && errno != EPERM) return -errno;
    }
#endif
    return open_by_parts(folder, path, flags);
}

#if defined(__linux__)
/// Of the program itself, which comes first: its segments that nobody writes, not even the loader.
static int drop_segments(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size, (void)unused;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        if (segment->p_type == PT_DYNAMIC && object->dlpi_addr != 0) {
            // Relocations of a program that is loaded anywhere may be in its constants.
            for (const ElfW(Dyn) *entry = (const void *)(object->dlpi_addr + segment->p_vaddr); entry->d_tag != DT_NULL; entry++)
                if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL))) return 1;
        }
    }
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
        if (start < end) (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 1;
}
#endif

void sluice_drop_code(void) {
#if defined(__linux__)
    (void)dl_iterate_phdr(drop_segments, NULL);
#endif
}

int64_t sluice_cut_front(int descriptor, int64_t count) {
#if defined(__linux__) && defined(FALLOC_FL_COLLAPSE_RANGE)
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    int64_t block = status.st_blksize > 0 ? status.st_blksize : 4096;
    int64_t whole = count / block * block;
    if (whole <= 0) return 0;
    return fallocate(descriptor, FALLOC_FL_COLLAPSE_RANGE, 0, whole) == 0 ? whole : -errno;
#else
    (void)descriptor, (void)count;
    return -ENOTSUP;
#endif
}

/// By way of memory, for file systems that cannot copy by themselves.
static int64_t copy_through_memory(int source, int64_t place, int target, int64_t count) {
    static const size_t block = 256 << 10;
    char *buffer = malloc(block);
    if (buffer == NULL) return -ENOMEM;
    ssize_t got = pread(source, buffer, count < (int64_t)block ? (size_t)count : block, place);
    int64_t result = got < 0 ? -errno : got;
    for (ssize_t written = 0; got > 0 && written < got && result >= 0;) {
        ssize_t step = write(target, buffer + written, (size_t)(got - written));
        if (step < 0 && errno != EINTR) result = -errno;
        if (step > 0) written += step;
    }
    free(buffer);
    return result;
}

int64_t sluice_copy_range(int source, int64_t place, int target, int64_t count) {
#if defined(__linux__)
    loff_t from = place;
    ssize_t copied = copy_file_range(source, &from, target, NULL, (size_t)count, 0);
    if (copied >= 0) return copied;
    if (errno != EXDEV && errno != ENOSYS && errno != EINVAL && errno != EOPNOTSUPP) return -errno;
#endif
    return copy_through_memory(source, place, target, count);
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

extern char **environ;

static void close_pairs(int pairs[3][2]) {
    for (int i = 0; i < 3; i++) {
        for (int side = 0; side < 2; side++) {
            if (pairs[i][side] >= 0) (void)close(pairs[i][side]);
        }
    }
}

/// Attributes of a child that leads a process group of its own and inherits neither blocked signals nor dispositions.
static void own_group(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawnattr_init(attributes);
    (void)posix_spawnattr_setsigmask(attributes, &none);
    (void)posix_spawnattr_setsigdefault(attributes, &all);
    (void)posix_spawnattr_setpgroup(attributes, 0);
    (void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/// Whatever this process has open beside, sockets of libraries among them, stays its own.
static int keep_below(posix_spawn_file_actions_t *actions, int first) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
#else
    (void)actions, (void)first;
    return 0;
#endif
}

int sluice_spawn(char *const arguments[], const char *directory, int ends[3], int32_t *process) {
    int pairs[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    for (int i = 0; i < 3; i++) {
        if (pipe2(pairs[i], O_CLOEXEC) != 0) {
            int failure = errno;
            close_pairs(pairs);
            return failure;
        }
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    (void)posix_spawn_file_actions_init(&actions);
    own_group(&attributes);
    int failure = posix_spawn_file_actions_addchdir_np(&actions, directory);
    for (int i = 0; i < 3 && failure == 0; i++) {
        failure = posix_spawn_file_actions_adddup2(&actions, pairs[i][i == 0 ? 0 : 1], i);
    }
    if (failure == 0) failure = keep_below(&actions, 3);
    pid_t child = -1;
    if (failure == 0) failure = posix_spawnp(&child, arguments[0], &actions, &attributes, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    if (failure == 0) {
        for (int i = 0; i < 3; i++) {
            int own = i == 0 ? 1 : 0;
            ends[i] = pairs[i][own];
            pairs[i][own] = -1;
            (void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
        }
        *process = child;
    }
    close_pairs(pairs);
    return failure;
}

/// The variables of this process without those that are given, and these.
static char **merged_environment(char *const variables[]) {
    size_t count = 1;
    for (char **own = environ; *own != NULL; own++) count++;
    for (char *const *given = variables; *given != NULL; given++) count++;
    char **merged = calloc(count, sizeof(char *));
    if (merged == NULL) return NULL;
    size_t used = 0;
    for (char **own = environ; *own != NULL; own++) {
        int is_replaced = 0;
        for (char *const *given = variables; *given != NULL && !is_replaced; given++) {
            const char *end = strchr(*given, '=');
            size_t length = end == NULL ? strlen(*given) : (size_t)(end - *given) + 1;
            is_replaced = strncmp(*own, *given, length) == 0;
        }
        if (!is_replaced) merged[used++] = *own;
    }
    for (char *const *given = variables; *given != NULL; given++) merged[used++] = *given;
    return merged;
}

int sluice_spawn_gated(
    char *const arguments[], char *const variables[], const char *directory, int output, int *gate, int32_t *process) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    char **environment = merged_environment(variables);
    if (environment == NULL) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return ENOMEM;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    (void)posix_spawn_file_actions_init(&actions);
    own_group(&attributes);
    int failure = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, output, 2);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(&actions, ends[0], 3);
    if (failure == 0) failure = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (failure == 0) failure = keep_below(&actions, 4);
    pid_t child = -1;
    if (failure == 0) failure = posix_spawn(&child, arguments[0], &actions, &attributes, arguments, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    free(environment);
    (void)close(ends[0]);
    if (failure != 0) {
        (void)close(ends[1]);
        return failure;
    }
    *gate = ends[1];
    *process = child;
    return 0;
}

int sluice_process_descriptor(int32_t process) {
#if defined(__linux__) && defined(SYS_pidfd_open)
    return (int)syscall(SYS_pidfd_open, (pid_t)process, 0);
#else
    (void)process;
    return -1;
#endif
}
