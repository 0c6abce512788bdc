#include "json_scan.h"

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

static bool is_number(const uint8_t *at, const uint8_t *end) {
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

static bool is_scalar(const uint8_t *at, const uint8_t *end) {
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

// MARK: Any processor

static uint64_t prefix_xor_portable(uint64_t bits) {
    for (int shift = 1; shift < 64; shift <<= 1) bits ^= bits << shift;
    return bits;
}

static masks load_portable(const uint8_t *bytes, size_t count) {
    masks m = {0};
    for (size_t i = 0; i < 64; i++) {
        uint64_t bit = 1ULL << i;
        uint8_t byte = i < count ? bytes[i] : ' ';
        switch (classes[byte]) {
        case blank: m.space |= bit; break;
        case line_end: m.space |= bit; m.line_feed |= bit; break;
        case quote_mark: m.quote |= bit; break;
        case open_object: case open_list: m.open |= bit; break;
        case close_object: case close_list: m.close |= bit; break;
        case comma_mark: m.comma |= bit; break;
        case colon_mark: m.colon |= bit; break;
        default: break;
        }
        if (byte == '\\') m.backslash |= bit;
        if (byte < 0x20) m.control |= bit;
        if (is_digit(byte)) m.digit |= bit;
        if (byte == '0') m.zero |= bit;
    }
    return m;
}

static void find_structure_portable(search *s) {
    while (s->base < s->count && !s->is_stopped) {
        size_t base = s->base;
        masks m = load_portable(s->bytes + base, s->count - base < 64 ? s->count - base : 64);
        uint64_t escaped = find_escaped(m.backslash, &s->state);
        uint64_t quote = m.quote & ~escaped;
        s->places = flatten(take_block(s, &m, prefix_xor_portable(quote), quote, escaped), (uint32_t)base, s->places);
    }
}

/// Whether bytes are UTF-8 (RFC 3629).
static bool is_text_portable(const uint8_t *bytes, size_t count) {
    size_t i = 0;
    while (i < count) {
        uint8_t lead = bytes[i];
        if (lead < 0x80) {
            i++;
            continue;
        }
        size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (!length) return false;
        uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        for (size_t next = 1; next < length; next++) {
            if (i + next == count || bytes[i + next] < low || bytes[i + next] > high) return false;
            low = 0x80;
            high = 0xBF;
        }
        i += length;
    }
    return true;
}

// MARK: AVX2 and carry-less multiplication

#if defined(__x86_64__)
#include <immintrin.h>
#define SLUICE_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul")))

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2"); }

/// Half a block.
typedef __m256i half;

SLUICE_AVX2 static inline uint64_t bits(half low, half high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

SLUICE_AVX2 static inline uint64_t equal(half low, half high, char byte) {
    half all = _mm256_set1_epi8(byte);
    return bits(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
}

/// Bit i is the parity of the bits up to i: 1 from an opening quote up to before its closing one.
SLUICE_AVX2 static inline uint64_t prefix_xor(uint64_t bits) {
    return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}

SLUICE_AVX2 static inline half table(
    int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o, int p) {
    return _mm256_setr_epi8(
        (char)a, (char)b, (char)c, (char)d, (char)e, (char)f, (char)g, (char)h, (char)i, (char)j, (char)k, (char)l, (char)m, (char)n, (char)o, (char)p,
        (char)a, (char)b, (char)c, (char)d, (char)e, (char)f, (char)g, (char)h, (char)i, (char)j, (char)k, (char)l, (char)m, (char)n, (char)o, (char)p);
}

SLUICE_AVX2 static inline masks load_avx2(half low, half high) {
    // [ and { differ in one bit only, as do ] and }.
    half bit = _mm256_set1_epi8(0x20), folded_low = _mm256_or_si256(low, bit), folded_high = _mm256_or_si256(high, bit);
    half nine = _mm256_set1_epi8(9), nought = _mm256_set1_epi8('0'), last_control = _mm256_set1_epi8(0x1F);
    half digit_low = _mm256_sub_epi8(low, nought), digit_high = _mm256_sub_epi8(high, nought);
    masks m;
    m.quote = equal(low, high, '"');
    m.backslash = equal(low, high, '\\');
    m.line_feed = equal(low, high, '\n');
    m.open = equal(folded_low, folded_high, '{');
    m.close = equal(folded_low, folded_high, '}');
    m.comma = equal(low, high, ',');
    m.colon = equal(low, high, ':');
    m.control = bits(_mm256_cmpeq_epi8(_mm256_min_epu8(low, last_control), low), _mm256_cmpeq_epi8(_mm256_min_epu8(high, last_control), high));
    // Each of the four spaces stands at its low half's place, where it finds itself.
    half spaces = table(' ', -1, -1, -1, -1, -1, -1, -1, -1, '\t', '\n', -1, -1, '\r', -1, -1);
    m.space = bits(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(spaces, low), low), _mm256_cmpeq_epi8(_mm256_shuffle_epi8(spaces, high), high));
    m.digit = bits(_mm256_cmpeq_epi8(_mm256_min_epu8(digit_low, nine), digit_low), _mm256_cmpeq_epi8(_mm256_min_epu8(digit_high, nine), digit_high));
    m.zero = equal(low, high, '0');
    return m;
}

// What two bytes after one another cannot be in UTF-8, a bit each. A pair is wrong if all three tables have a bit for it:
// the first byte's high and low half, and the second one's high half.
enum {
    too_short = 0x01,  // a lead byte, and no continuation behind it
    too_long = 0x02,  // ASCII, and a continuation behind it
    overlong_3 = 0x04,
    too_large = 0x08,  // beyond U+10FFFF
    surrogate = 0x10,
    overlong_2 = 0x20,
    too_large_1000 = 0x40,
    overlong_4 = 0x40,
    two_continuations = 0x80,  // right only where the byte before these asks for it
    always = too_short | too_long | two_continuations,
};

/// What is wrong in 32 bytes as UTF-8, given the 32 before them (John Keiser and Daniel Lemire, "Validating UTF-8 in less than one
/// instruction per byte", 2020).
SLUICE_AVX2 static inline half text_faults(half bytes, half before) {
    half shifted = _mm256_permute2x128_si256(before, bytes, 0x21), nibble = _mm256_set1_epi8(0x0F);
    half first = _mm256_alignr_epi8(bytes, shifted, 15), second = _mm256_alignr_epi8(bytes, shifted, 14), third = _mm256_alignr_epi8(bytes, shifted, 13);
    half first_high = _mm256_shuffle_epi8(
        table(
            too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long, two_continuations, two_continuations, two_continuations,
            two_continuations, too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,
            too_short | too_large | too_large_1000 | overlong_4),
        _mm256_and_si256(_mm256_srli_epi16(first, 4), nibble));
    const int large = always | too_large | too_large_1000;
    half first_low = _mm256_shuffle_epi8(
        table(
            always | overlong_3 | overlong_2 | overlong_4, always | overlong_2, always, always, always | too_large, large, large, large, large, large,
            large, large, large, large | surrogate, large, large),
        _mm256_and_si256(first, nibble));
    const int continued = too_long | overlong_2 | two_continuations;
    half second_high = _mm256_shuffle_epi8(
        table(
            too_short, too_short, too_short, too_short, too_short, too_short, too_short, too_short, continued | overlong_3 | too_large_1000 | overlong_4,
            continued | overlong_3 | too_large, continued | surrogate | too_large, continued | surrogate | too_large, too_short, too_short, too_short,
            too_short),
        _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    half wrong = _mm256_and_si256(first_high, _mm256_and_si256(first_low, second_high));
    half of_three = _mm256_subs_epu8(second, _mm256_set1_epi8((char)(0xE0 - 0x80))), of_four = _mm256_subs_epu8(third, _mm256_set1_epi8((char)(0xF0 - 0x80)));
    half due = _mm256_and_si256(_mm256_or_si256(of_three, of_four), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(due, wrong);
}

/// Looks at whether a text is UTF-8, a block at a time.
typedef struct {
    half before, wrong;
    bool was_plain;
} text_check;

SLUICE_AVX2 static inline void check_text(text_check *check, half low, half high) {
    bool is_plain = _mm256_movemask_epi8(_mm256_or_si256(low, high)) == 0;
    if (!is_plain || !check->was_plain) {
        check->wrong = _mm256_or_si256(check->wrong, _mm256_or_si256(text_faults(low, check->before), text_faults(high, low)));
    }
    check->before = high;
    check->was_plain = is_plain;
}

/// The block at the search's place, padded with spaces behind the end.
SLUICE_INLINE const uint8_t *block_at(const search *s, uint8_t padded[64]) {
    const uint8_t *block = s->bytes + s->base;
    size_t left = s->count - s->base;
    if (left >= 64) return block;
    memset(padded, ' ', 64);
    memcpy(padded, block, left);
    return padded;
}

SLUICE_AVX2 static bool find_structure_avx2(search *s) {
    text_check check = {.before = _mm256_setzero_si256(), .wrong = _mm256_setzero_si256(), .was_plain = true};
    while (s->base < s->count && !s->is_stopped) {
        size_t base = s->base;
        uint8_t padded[64];
        const uint8_t *block = block_at(s, padded);
        half low = _mm256_loadu_si256((const half *)block), high = _mm256_loadu_si256((const half *)(block + 32));
        check_text(&check, low, high);
        masks m = load_avx2(low, high);
        uint64_t escaped = find_escaped(m.backslash, &s->state);
        uint64_t quote = m.quote & ~escaped;
        s->places = flatten(take_block(s, &m, prefix_xor(quote), quote, escaped), (uint32_t)base, s->places);
        if (s->base != base + 64) check.was_plain = true, check.before = _mm256_setzero_si256();
    }
    // A character may be cut at the end.
    if (!check.was_plain) check.wrong = _mm256_or_si256(check.wrong, text_faults(_mm256_setzero_si256(), check.before));
    return _mm256_testz_si256(check.wrong, check.wrong);
}

// MARK: AVX-512

#define SLUICE_AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul,avx512f,avx512bw,avx512vl,avx512vbmi2")))

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
}

SLUICE_AVX512 static inline uint64_t equals(__m512i block, char byte) { return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte)); }

SLUICE_AVX512 static inline masks load_avx512(__m512i block) {
    __m512i folded = _mm512_or_si512(block, _mm512_set1_epi8(0x20));
    const char no = -1;
    __m512i spaces = _mm512_broadcast_i32x4(_mm_setr_epi8(' ', no, no, no, no, no, no, no, no, '\t', '\n', no, no, '\r', no, no));
    return (masks){
        .quote = equals(block, '"'),
        .backslash = equals(block, '\\'),
        .line_feed = equals(block, '\n'),
        .control = _mm512_cmplt_epu8_mask(block, _mm512_set1_epi8(0x20)),
        .space = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(spaces, block), block),
        .open = equals(folded, '{'),
        .close = equals(folded, '}'),
        .comma = equals(block, ','),
        .colon = equals(block, ':'),
        .digit = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(block, _mm512_set1_epi8('0')), _mm512_set1_epi8(10)),
        .zero = equals(block, '0'),
    };
}

/// As `flatten`, sixteen places at once.
SLUICE_AVX512 static inline uint32_t *flatten_avx512(uint64_t bits, uint32_t base, uint32_t *places) {
    static const uint8_t numbers[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
                                        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    int count = __builtin_popcountll(bits);
    __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers)), start = _mm512_set1_epi32((int)base);
    _mm512_storeu_si512(places, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(found)), start));
    if (count > 16) {
        _mm512_storeu_si512(places + 16, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 1)), start));
        if (count > 32) {
            _mm512_storeu_si512(places + 32, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 2)), start));
            _mm512_storeu_si512(places + 48, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 3)), start));
        }
    }
    return places + count;
}

SLUICE_AVX512 static bool find_structure_avx512(search *s) {
    text_check check = {.before = _mm256_setzero_si256(), .wrong = _mm256_setzero_si256(), .was_plain = true};
    while (s->base < s->count && !s->is_stopped) {
        size_t base = s->base;
        uint8_t padded[64];
        __m512i block = _mm512_loadu_si512(block_at(s, padded));
        check_text(&check, _mm512_castsi512_si256(block), _mm512_extracti64x4_epi64(block, 1));
        masks m = load_avx512(block);
        uint64_t escaped = find_escaped(m.backslash, &s->state);
        uint64_t quote = m.quote & ~escaped;
        s->places = flatten_avx512(take_block(s, &m, prefix_xor(quote), quote, escaped), (uint32_t)base, s->places);
        if (s->base != base + 64) check.was_plain = true, check.before = _mm256_setzero_si256();
    }
    // A character may be cut at the end.
    if (!check.was_plain) check.wrong = _mm256_or_si256(check.wrong, text_faults(_mm256_setzero_si256(), check.before));
    return _mm256_testz_si256(check.wrong, check.wrong);
}
#endif

// MARK: Records

/// The containers that are open, and what an object's next structural byte may be.
typedef struct {
    uint32_t opened[sluice_json_depth];
    uint8_t is_object[sluice_json_depth];
    size_t depth;
    enum { at_start, behind_colon, behind_comma } phase;
} nesting;

static inline bool is_blank(const uint8_t *from, const uint8_t *to) {
    for (; from < to; from++) {
        if (classes[*from] != blank && classes[*from] != line_end) return false;
    }
    return true;
}

/// Takes a structural byte of a record; false where the grammar has none there.
SLUICE_INLINE bool follow(nesting *open, uint8_t class, uint32_t position, uint8_t before, const uint8_t *bytes, const sluice_json_index *index) {
    bool in_object = open->depth && open->is_object[open->depth - 1];
    switch (class) {
    case colon_mark:
        if (!in_object || open->phase == behind_colon) return false;
        open->phase = behind_colon;
        return true;
    case comma_mark:
        if (in_object) {
            if (open->phase != behind_colon) return false;
            open->phase = behind_comma;
        }
        return true;
    case open_object:
    case open_list:
        if (open->depth == sluice_json_depth || (in_object && open->phase != behind_colon)) return false;
        if (open->depth && (before == close_object || before == close_list)) return false;
        open->opened[open->depth] = position;
        open->is_object[open->depth] = class == open_object;
        open->depth++;
        open->phase = at_start;
        return true;
    case close_object:
    case close_list: {
        if (!open->depth || in_object != (class == close_object)) return false;
        uint32_t partner = open->opened[open->depth - 1];
        if (in_object && open->phase == behind_comma) return false;
        if (in_object && open->phase == at_start && !is_blank(bytes + index->places[partner] + 1, bytes + index->places[position])) return false;
        index->partners[partner] = position;
        open->depth--;
        open->phase = behind_colon;
        return true;
    }
    default: return false;
    }
}

/// Whether something is wrong in a block that a record has a part of; `fault` moves on.
SLUICE_INLINE bool meets_fault(uint32_t start, uint32_t end, const uint32_t **fault, const uint32_t *faults_end) {
    while (*fault < faults_end && **fault + 64 <= start) ++*fault;
    return *fault < faults_end && **fault < end;
}

static void split_lines(const search *s, sluice_json_result *result) {
    const sluice_json_index *index = s->index;
    const uint32_t *fault = index->faults;
    uint32_t count = (uint32_t)(s->places - index->places), position = 0;
    uint32_t line = 0;
    size_t start = 0, found = 0;
    while (start < s->count && found < index->record_capacity) {
        nesting open = {.depth = 0};
        uint32_t first = position;
        bool is_regular = position < count && s->bytes[index->places[position]] == '{';
        uint8_t before = line_end, class = line_end;
        for (; position < count; position++) {
            class = classes[s->bytes[index->places[position]]];
            if (class == line_end) break;
            if (is_regular && position > first && !open.depth) is_regular = false;
            is_regular = is_regular && follow(&open, class, position, before, s->bytes, index);
            before = class;
        }
        size_t end = position < count ? index->places[position] : s->count;
        if (open.depth || first == position) is_regular = false;
        if (meets_fault((uint32_t)start, (uint32_t)end + 1, &fault, s->faults)) is_regular = false;
        if (is_regular || !is_blank(s->bytes + start, s->bytes + end)) {
            index->records[found++] = (sluice_json_record){(uint32_t)start, (uint32_t)end, first, line, is_regular};
        }
        line++;
        start = position < count ? end + 1 : end;
        position++;
    }
    result->records = found;
    result->end = start;
}

static void split_values(const search *s, bool are_elements, sluice_json_result *result) {
    const sluice_json_index *index = s->index;
    uint32_t count = (uint32_t)(s->places - index->places), position = 0;
    size_t found = 0;
    bool is_due = true;
    result->is_stopped = s->is_stopped;
    while (position < count && found < index->record_capacity) {
        uint32_t first = position, start = index->places[position];
        uint8_t class = classes[s->bytes[start]];
        if (are_elements && !is_due) {
            if (class != comma_mark) {
                result->is_closed = class == close_list;
                result->is_stopped |= !result->is_closed;
                break;
            }
            is_due = true;
            position++;
            continue;
        }
        nesting open = {.depth = 0};
        uint8_t before = comma_mark;
        bool is_regular = class == open_object;
        while (is_regular) {
            is_regular = follow(&open, class, position, before, s->bytes, index);
            position++;
            if (!open.depth || position == count) break;
            before = class;
            class = classes[s->bytes[index->places[position]]];
        }
        if (!is_regular) result->is_stopped = 1;
        if (!is_regular || open.depth) break;
        size_t end = index->places[position - 1] + 1;
        index->records[found++] = (sluice_json_record){start, (uint32_t)end, first, 0, 1};
        result->end = end;
        is_due = !are_elements;
    }
    result->records = found;
}

// MARK: Entry

void sluice_json_scan(const uint8_t *bytes, size_t count, int layout, const sluice_json_index *index, sluice_json_result *result) {
    *result = (sluice_json_result){0};
    search s = {
        .bytes = bytes, .count = count, .index = index, .places = index->places, .faults = index->faults, .state = start_of_text,
        .in_lines = layout == sluice_json_lines};
    memset(index->escapes, 0, (count + 128 + 63) / 64 / 8 + 8);
#if defined(__x86_64__)
    if (has_avx512()) {
        result->is_text = find_structure_avx512(&s);
    } else if (has_avx2()) {
        result->is_text = find_structure_avx2(&s);
    } else
#endif
    {
        find_structure_portable(&s);
        result->is_text = is_text_portable(bytes, count);
    }
    if (s.state.inside && s.in_lines) *s.faults++ = (uint32_t)(count ? count - 1 : 0);
    if (s.in_lines) {
        split_lines(&s, result);
    } else {
        split_values(&s, layout == sluice_json_elements, result);
    }
}

size_t sluice_json_lines_end(const uint8_t *bytes, size_t count, size_t lines, size_t *found) {
    size_t at = 0, seen = 0;
    while (seen < lines && at < count) {
        const uint8_t *feed = memchr(bytes + at, '\n', count - at);
        if (!feed) break;
        at = (size_t)(feed - bytes) + 1;
        seen++;
    }
    *found = seen;
    return at;
}
