/// The search of JSON text for its structure, a block of 64 bytes at a time: what is the same for all processors.
#ifndef SLUICE_JSON_SEARCH_H
#define SLUICE_JSON_SEARCH_H

#include "include/json_scan.h"

#include <stdbool.h>
#include <string.h>

/// Becomes part of its caller, and is compiled for that one's processor.
#define SLUICE_INLINE static inline __attribute__((always_inline))

/// The bytes of a block of 64 that mean something, a bit each.
typedef struct {
    uint64_t quote, backslash, line_feed, control, space, open, close, comma, colon, digit, zero;
} masks;

/// What has to be known of the blocks before.
typedef struct {
    /// All ones inside a string.
    uint64_t inside;
    /// Bit 0: the first byte is escaped.
    uint64_t escaped;
    /// Bit 0: the last token was a comma or colon, an opening bracket, another structural byte, the end of a string.
    uint64_t behind_separator, behind_open, behind_other, behind_string;
    /// Bit 0: the last byte belongs to a number or literal.
    uint64_t scalar;
} carry;

static const carry start_of_text = {.behind_other = 1};

// MARK: Tokens

enum { other, blank, quote_mark, open_object, open_list, close_object, close_list, comma_mark, colon_mark, line_end };

static const uint8_t classes[256] = {
    [' '] = blank, ['\t'] = blank, ['\r'] = blank, ['\n'] = line_end, ['"'] = quote_mark, ['{'] = open_object, ['['] = open_list,
    ['}'] = close_object, [']'] = close_list, [','] = comma_mark, [':'] = colon_mark,
};

static inline bool is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }
static inline bool ends_scalar(const uint8_t *at, const uint8_t *end) { return at == end || classes[*at] != other; }

static inline bool is_number(const uint8_t *at, const uint8_t *end) {
    if (at < end && *at == '-') at++;
    if (at == end || !is_digit(*at)) return false;
    if (*at == '0') {
        at++;
    } else {
        while (at < end && is_digit(*at)) at++;
    }
    if (at < end && *at == '.') {
        const uint8_t *fraction = ++at;
        while (at < end && is_digit(*at)) at++;
        if (at == fraction) return false;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        const uint8_t *exponent = at;
        while (at < end && is_digit(*at)) at++;
        if (at == exponent) return false;
    }
    return ends_scalar(at, end);
}

static inline bool is_scalar(const uint8_t *at, const uint8_t *end) {
    size_t left = (size_t)(end - at);
    switch (*at) {
    case 't': return left >= 4 && memcmp(at, "true", 4) == 0 && ends_scalar(at + 4, end);
    case 'f': return left >= 5 && memcmp(at, "false", 5) == 0 && ends_scalar(at + 5, end);
    case 'n': return left >= 4 && memcmp(at, "null", 4) == 0 && ends_scalar(at + 4, end);
    default: return is_number(at, end);
    }
}

static inline bool is_hexadecimal(uint8_t byte) { return is_digit(byte) || (uint8_t)((byte | 0x20) - 'a') < 6; }

/// Whether the byte at `at`, which stands behind a backslash, makes an escape.
static inline bool is_escape(const uint8_t *at, const uint8_t *end) {
    switch (*at) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return true;
    case 'u':
        if (end - at < 5) return false;
        return is_hexadecimal(at[1]) && is_hexadecimal(at[2]) && is_hexadecimal(at[3]) && is_hexadecimal(at[4]);
    default: return false;
    }
}

// MARK: A block

/// Bytes that a backslash before them escapes. A run of backslashes escapes every second one of its own.
SLUICE_INLINE uint64_t find_escaped(uint64_t backslash, carry *state) {
    if (!backslash) {
        uint64_t escaped = state->escaped;
        state->escaped = 0;
        return escaped;
    }
    const uint64_t odd = 0xAAAAAAAAAAAAAAAAULL;
    uint64_t starting = backslash & ~state->escaped;
    // Where a run starts at an odd place, adding it to the odd places flips which of them are escaped.
    uint64_t codes = ((starting << 1 | odd) - starting) ^ odd;
    uint64_t escaped = codes ^ (backslash | state->escaped);
    state->escaped = (codes & backslash) >> 63;
    return escaped;
}

/// The first byte behind each of `tokens` that is no space; `carried` says so of the block before.
SLUICE_INLINE uint64_t next_token(uint64_t tokens, uint64_t space, uint64_t *carried) {
    uint64_t next = tokens << 1 | *carried;
    *carried = tokens >> 63;
    if (!space) return next;
    uint64_t in_space = next & space, sum;
    // Adding to the start of a run of spaces carries over to what stands behind it.
    bool overflows = __builtin_add_overflow(in_space, space, &sum);
    uint64_t behind = sum & ~space;
    // Spaces that nothing was added to stay as they are, so what is set outside them is a token's successor.
    if (overflows) *carried = 1;
    return (next & ~space) | (in_space ? behind : 0);
}

typedef struct {
    /// What goes into the index.
    uint64_t structure;
    /// Line feeds in strings, which end the line all the same.
    uint64_t broken;
    bool is_faulty;
} findings;

SLUICE_INLINE findings examine(
    const masks *m, uint64_t quotes_prefix, uint64_t quote, uint64_t escaped, bool in_lines, const uint8_t *block, const uint8_t *end,
    carry *state) {
    uint64_t inside = quotes_prefix ^ state->inside;
    state->inside = (uint64_t)((int64_t)inside >> 63);
    uint64_t outside = ~(inside | quote);
    uint64_t feeds = in_lines ? m->line_feed : 0;
    uint64_t space = m->space & outside & ~feeds;
    uint64_t open = m->open & outside, close = m->close & outside, comma = m->comma & outside, colon = m->colon & outside;
    uint64_t structure = open | close | comma | colon | (feeds & outside);
    uint64_t scalar = outside & ~(space | structure);
    uint64_t scalar_start = scalar & ~(scalar << 1 | state->scalar);
    uint64_t value = scalar_start | (quote & inside);

    uint64_t separated = next_token(comma | colon, space, &state->behind_separator);
    uint64_t opened = next_token(open, space, &state->behind_open);
    uint64_t expected = separated | opened;
    uint64_t anywhere = expected | next_token(close | (feeds & outside), space, &state->behind_other);
    uint64_t named = next_token(quote & ~inside, space, &state->behind_string);
    uint64_t faults = (value & ~expected) | ((comma | colon) & expected) | (close & separated) | (open & ~anywhere) | (colon & ~named) |
                      (m->control & inside);

    // Digits alone make a number, unless it starts with a superfluous 0.
    uint64_t leading = state->scalar ? scalar & ~(scalar + 1) : 0;
    uint64_t unplain = (scalar & ~leading & ~m->digit) | (scalar_start & m->zero & scalar >> 1);
    // What the block cuts is checked from its start; the rest of it in the next block is not looked at again.
    if (unplain || scalar >> 63) {
        for (uint64_t rest = scalar_start; rest; rest &= rest - 1) {
            if (!is_scalar(block + __builtin_ctzll(rest), end)) faults |= 1;
        }
    }
    for (uint64_t rest = escaped & inside; rest; rest &= rest - 1) {
        const uint8_t *at = block + __builtin_ctzll(rest);
        if (at < end && !is_escape(at, end)) faults |= 1;
    }
    state->scalar = scalar >> 63;
    return (findings){.structure = structure, .broken = feeds & inside, .is_faulty = faults != 0};
}

/// Writes the places of a mask's bits: eight without asking, which is why there is some more room than places.
SLUICE_INLINE uint32_t *flatten(uint64_t bits, uint32_t base, uint32_t *places) {
    uint32_t *next = places + __builtin_popcountll(bits);
    while (bits) {
        for (int i = 0; i < 8; i++) {
            places[i] = base + (uint32_t)__builtin_ctzll(bits | 1ULL << 63);
            bits &= bits - 1;
            // One by one is quicker than what compilers make of these eight with vectors.
            __asm__("" : "+r"(bits));
        }
        places += 8;
    }
    return next;
}

/// The search of a run of bytes as far as it came.
typedef struct {
    const uint8_t *bytes;
    size_t count, base;
    const sluice_json_index *index;
    uint32_t *places, *faults;
    carry state;
    bool in_lines, is_stopped;
} search;

/// Takes in a block; returns what goes into the index.
SLUICE_INLINE uint64_t take_block(search *s, masks *m, uint64_t prefix, uint64_t quote, uint64_t escaped) {
    size_t base = s->base;
    findings found = examine(m, prefix, quote, escaped, s->in_lines, s->bytes + base, s->bytes + s->count, &s->state);
    s->base = base + 64;
    if (m->backslash) {
        s->index->escapes[base >> 12] |= 1ULL << (base >> 6 & 63);
        s->index->escapes[(base + 63) >> 12] |= 1ULL << ((base + 63) >> 6 & 63);
    }
    if (__builtin_expect(found.is_faulty, 0)) {
        *s->faults++ = (uint32_t)base;
        if (found.broken) {
            // The line ends inside a string; the next one starts anew.
            int at = __builtin_ctzll(found.broken);
            found.structure = (found.structure & ((1ULL << at) - 1)) | 1ULL << at;
            s->base = base + (size_t)at + 1;
            s->state = start_of_text;
        } else if (!s->in_lines) {
            s->is_stopped = true;
            return 0;
        }
    }
    return found.structure;
}

/// Whether this processor has what the functions below need; they return whether the bytes are UTF-8.
bool sluice_json_has_avx2(void);
bool sluice_json_has_avx512(void);
bool sluice_json_find_structure_avx2(search *s);
bool sluice_json_find_structure_avx512(search *s);

#endif
