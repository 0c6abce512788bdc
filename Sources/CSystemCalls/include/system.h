/// Calls of Linux and its C library that Swift's module of it does not have.
#ifndef SLUICE_SYSTEM_H
#define SLUICE_SYSTEM_H

#include <stdint.h>

/// Starts writing a range of a file to the disk without waiting; does nothing where the system cannot.
void sluice_start_storing(int descriptor, int64_t place, int64_t count);

/// Makes everything durable that was written to the file system of a descriptor. Returns 0, or the number of what failed (`errno`).
int sluice_sync_file_system(int descriptor);

/// `O_PATH` of open(2): a descriptor that only says where a file is.
extern const int sluice_place_only;

/// Opens a path below a folder, in which no link is followed, wherever it stands, and nothing leads out of the folder; with the flags of open(2)
/// but those that make files. Returns the descriptor, which is not inherited, or less than 0: what failed (`-errno`), ELOOP or ENOTDIR for a link.
///
/// `by_parts`: folder by folder, as it is done where the system cannot do it in one call (openat2(2), Linux 5.6).
int sluice_open_beneath(int folder, const char *path, int flags, int by_parts);

/// Copies up to `count` bytes from a place of one file to the position of another, within the system. Returns how many, or less than 0: what
/// failed (`-errno`).
int64_t sluice_copy_range(int source, int64_t place, int target, int64_t count);

/// Takes up to `count` bytes, whole blocks, from the front of a file that others go on appending to, without a byte of theirs being lost. Returns
/// how many, or less than 0: what failed (`-errno`), on file systems that cannot do this for one.
int64_t sluice_cut_front(int descriptor, int64_t count);

/// Keeps memory that was freed for the next buffers: blocks up to `block_bytes` are not mapped from the system each time, and up to
/// `kept_bytes` of free memory are kept. Does nothing where the C library has no such setting.
void sluice_keep_buffers(int block_bytes, int kept_bytes);

/// Gives pages of the program's code and constants back that were read so far; those that are used again are read from the system's cache, or
/// from the file. Does nothing where the system cannot tell them from pages that were written.
void sluice_drop_code(void);

/// Starts a program in a process group of its own, with a pipe for each of its standard input, output and errors; no other descriptor of this
/// process reaches it, no signal is blocked, and all have their default actions.
///
/// `arguments` ends with NULL; its first is looked up in PATH unless it has a slash. `ends` becomes this process's ends of the pipes, in the
/// order of the descriptors; `process` its id. Returns 0, or the number of what failed (`errno`).
int sluice_spawn(char *const arguments[], const char *directory, int ends[3], int32_t *process);

/// Starts a program in a process group of its own, with nothing to read on its standard input, `output` for its standard output and errors, and
/// the reading end of a pipe as descriptor 3, whose writing end becomes `gate`; no other descriptor of this process reaches it, no signal is blocked, and all have their default actions.
///
/// `arguments` and `variables` (`NAME=value`, beside those of this process, which they replace) end with NULL. `process` becomes its id. Returns
/// 0, or the number of what failed (`errno`).
int sluice_spawn_gated(
    char *const arguments[], char *const variables[], const char *directory, int output, int *gate, int32_t *process);

/// A descriptor that becomes readable when a process ends (pidfd_open(2)), which is not inherited by programs that this one starts; -1 where the
/// system has none, or the process is gone.
int sluice_process_descriptor(int32_t process);

#endif
