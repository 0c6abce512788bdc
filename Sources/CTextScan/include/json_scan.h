/// Searches for the structure of JSON text (RFC 8259): 64 bytes at a time, as bit masks, and checks its grammar on the way.
#ifndef SLUICE_JSON_SCAN_H
#define SLUICE_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// How records follow one another.
enum {
    /// One a line.
    sluice_json_lines,
    /// One behind the other, with or without white space between them.
    sluice_json_documents,
    /// As elements of an array, with a comma between them. The run starts at an element, not at the array's bracket.
    sluice_json_elements,
};

/// Containers in one another, the record itself included.
enum { sluice_json_depth = 128 };

typedef struct {
    /// The record's bytes; of a line, all up to its line feed.
    uint32_t start, end;
    /// The position of its opening bracket in the index; nothing behind a record that is not regular.
    uint32_t first;
    /// In lines: how many lines come before it in the run.
    uint32_t line;
    /// 0: the record is not known to be an object as the grammar has it, and nothing is known of it but where it ends.
    uint32_t is_regular;
} sluice_json_record;

/// The structure of a run of bytes.
typedef struct {
    /// Where brackets, colons and commas stand that no string encloses (in lines: line feeds, too), ascending. Room for `count + 64`.
    uint32_t *places;
    /// At an opening bracket's position in `places`, that of its closing one. As long as `places`.
    uint32_t *partners;
    /// Bit i: a backslash stands in bytes 64 i ..< 64 (i + 1), or near them. Room for `count / 4096 + 4` words; cleared first.
    uint64_t *escapes;
    /// Blocks in which something is wrong. Room for `count / 64 + 2`, and in lines for as many more as there are line feeds in strings.
    uint32_t *faults;
    sluice_json_record *records;
    size_t record_capacity;
} sluice_json_index;

typedef struct {
    size_t records;
    /// Behind the last record that was found whole, and in lines behind its line feed. What follows is cut, or (except in lines) irregular.
    size_t end;
    /// Whether all bytes that were looked at are valid UTF-8.
    int is_text;
    /// Except in lines: whether the search ended at something irregular.
    int is_stopped;
    /// Of elements: whether the array's closing bracket comes next.
    int is_closed;
} sluice_json_result;

/// Finds the records of a run of bytes, which starts where a record may start.
///
/// `count` is below 2^31. In lines, the run ends behind a line feed or at the end of the text.
void sluice_json_scan(const uint8_t *bytes, size_t count, int layout, const sluice_json_index *index, sluice_json_result *result);

/// Where a run of lines ends that has at most `lines` line feeds, and how many it has.
size_t sluice_json_lines_end(const uint8_t *bytes, size_t count, size_t lines, size_t *found);

#endif
