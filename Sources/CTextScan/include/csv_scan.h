/// Searches for the structure of delimited text: 64 bytes at a time, as bit masks.
#ifndef SLUICE_CSV_SCAN_H
#define SLUICE_CSV_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// What stands in a run of bytes.
enum {
    sluice_csv_has_quote = 1,
    sluice_csv_has_carriage_return = 2,
    /// Bytes that are not ASCII.
    sluice_csv_has_high = 4,
    sluice_csv_has_nul = 8,
    /// A quote that neither opens a field nor closes one nor doubles another: the masks say nothing about such text.
    sluice_csv_has_stray_quote = 16,
    /// A carriage return that no line feed follows.
    sluice_csv_has_lone_carriage_return = 32,
};

typedef struct {
    /// Behind the last line feed that no quotes enclose; 0 where there is none.
    size_t end;
    /// Line feeds before `end`, those in quotes too.
    size_t line_feeds;
    /// Of these, those in no quotes: records and empty lines.
    size_t record_ends;
    /// Of all bytes, `sluice_csv_has_…`.
    uint32_t traits;
} sluice_csv_bounds;

/// Which instructions a search uses.
typedef enum {
    sluice_csv_portable,
    /// AVX2, BMI2 and carry-less multiplication.
    sluice_csv_avx2,
    /// AVX-512 with VBMI2 as well.
    sluice_csv_avx512,
} sluice_csv_level;

/// The fastest level that this processor has; it has those below, too.
sluice_csv_level sluice_csv_best_level(void);

/// Finds where the last whole record of a run of bytes ends. The run starts at a record's start.
///
/// `quote` is negative where nothing is quoted.
void sluice_csv_find_bounds(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, sluice_csv_level level, sluice_csv_bounds *bounds);

/// Writes the place of each delimiter and line feed that no quotes enclose, ascending, and returns how many there are.
///
/// `ends` has room for `count + 64` places; `count` is below 2^32.
size_t sluice_csv_index(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, sluice_csv_level level, uint32_t *ends);

#endif
