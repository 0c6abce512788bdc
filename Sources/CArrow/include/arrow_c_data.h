#ifndef SLUICE_ARROW_C_DATA_H
#define SLUICE_ARROW_C_DATA_H

#include <stdint.h>

// The two structures through which programs hand columns to each other inside one process, without a library in common.
//
// Layout, names and meaning are those of the Apache Arrow specification, "The Arrow C data interface"
// (https://arrow.apache.org/docs/format/CDataInterface.html). The guard macro is the specification's too: whoever includes two headers
// with these structures gets them once.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

// Bits of ArrowSchema.flags.
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

// A type, with the name and nullability of the field that has it.
struct ArrowSchema {
    const char* format;             // the type as a short text, such as "l" for int64
    const char* name;               // may be NULL
    const char* metadata;           // may be NULL
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary; // the type of the values where the field is encoded, else NULL
    void (*release)(struct ArrowSchema*); // NULL once released
    void* private_data;             // the producer's own
};

// The data of an array of a type.
struct ArrowArray {
    int64_t length;
    int64_t null_count;             // -1: not known
    int64_t offset;                 // rows of the buffers before the first of the array
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*); // NULL once released
    void* private_data;
};

#endif

#endif
