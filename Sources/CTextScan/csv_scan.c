#include "csv_scan.h"

#include <stdbool.h>

/// The bytes of a block of 64 that mean something, a bit each.
typedef struct {
    uint64_t delimiter, line_feed, carriage_return, quote, high, nul;
} masks;

/// What has to be known of the blocks before.
typedef struct {
    /// All ones behind an opening quote.
    uint64_t inside;
    /// Whether the last byte was a separator, a closing quote, a carriage return (bit 0).
    uint64_t separator, closing, carriage_return;
} carry;

static inline uint64_t enclosed(uint64_t quotes_prefix, carry *state) {
    uint64_t inside = quotes_prefix ^ state->inside;
    state->inside = (uint64_t)((int64_t)inside >> 63);
    return inside;
}

/// Checks the quotes of a block; returns the traits that it adds.
static inline uint32_t check(const masks *m, uint64_t inside, carry *state) {
    uint64_t separators = m->delimiter | m->line_feed | m->carriage_return;
    uint64_t opening = m->quote & inside, closing = m->quote & ~inside;
    uint64_t behind_separator = separators << 1 | state->separator, behind_closing = closing << 1 | state->closing;
    uint64_t stray = (opening & ~(behind_separator | behind_closing)) | (behind_closing & ~(separators | m->quote));
    uint64_t lone = (m->carriage_return << 1 | state->carriage_return) & ~m->line_feed;
    state->separator = separators >> 63;
    state->closing = closing >> 63;
    state->carriage_return = m->carriage_return >> 63;
    return (stray ? sluice_csv_has_stray_quote : 0) | (lone ? sluice_csv_has_lone_carriage_return : 0);
}

static inline void bound(const masks *m, uint64_t inside, size_t base, size_t *feeds, size_t *ends, sluice_csv_bounds *bounds) {
    uint64_t outside = m->line_feed & ~inside;
    if (outside) {
        int last = 63 - __builtin_clzll(outside);
        uint64_t up_to = UINT64_MAX >> (63 - last);
        *ends += (size_t)__builtin_popcountll(outside);
        bounds->end = base + (size_t)last + 1;
        bounds->line_feeds = *feeds + (size_t)__builtin_popcountll(m->line_feed & up_to);
        bounds->record_ends = *ends;
    }
    *feeds += (size_t)__builtin_popcountll(m->line_feed);
}

static inline uint32_t traits(const masks *m) {
    return (m->quote ? sluice_csv_has_quote : 0) | (m->carriage_return ? sluice_csv_has_carriage_return : 0) |
           (m->high ? sluice_csv_has_high : 0) | (m->nul ? sluice_csv_has_nul : 0);
}

/// Writes the places of a mask's bits: eight without asking, which is why `ends` has some more room than places.
static inline uint32_t *flatten(uint64_t bits, uint32_t base, uint32_t *ends) {
    int count = __builtin_popcountll(bits);
    uint32_t *next = ends + count;
    while (bits) {
        for (int i = 0; i < 8; i++) {
            ends[i] = base + (uint32_t)__builtin_ctzll(bits | 1ULL << 63);
            bits &= bits - 1;
        }
        ends += 8;
    }
    return next;
}

// MARK: Any processor

static uint64_t prefix_xor_portable(uint64_t bits) {
    for (int shift = 1; shift < 64; shift <<= 1) bits ^= bits << shift;
    return bits;
}

static masks load_portable(const uint8_t *bytes, size_t count, uint8_t delimiter, int quote) {
    masks m = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = 1ULL << i;
        uint8_t byte = bytes[i];
        if (byte == delimiter) m.delimiter |= bit;
        if (byte == '\n') m.line_feed |= bit;
        if (byte == '\r') m.carriage_return |= bit;
        if (byte == quote) m.quote |= bit;
        if (byte & 0x80) m.high |= bit;
        if (byte == 0) m.nul |= bit;
    }
    return m;
}

static void block_bounds(masks m, uint64_t prefix, size_t base, carry *state, size_t *feeds, size_t *ends, sluice_csv_bounds *bounds) {
    uint64_t inside = enclosed(prefix, state);
    bounds->traits |= traits(&m) | check(&m, inside, state);
    bound(&m, inside, base, feeds, ends, bounds);
}

static void find_bounds_portable(
    const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter, int quote, carry *state, size_t *feeds, size_t *ends,
    sluice_csv_bounds *bounds) {
    for (size_t base = start; base < count; base += 64) {
        masks m = load_portable(bytes + base, count - base < 64 ? count - base : 64, delimiter, quote);
        block_bounds(m, prefix_xor_portable(m.quote), base, state, feeds, ends, bounds);
    }
}

static uint32_t *index_portable(
    const uint8_t *bytes, size_t start, size_t count, uint8_t delimiter, int quote, carry *state, uint32_t *ends) {
    for (size_t base = start; base < count; base += 64) {
        masks m = load_portable(bytes + base, count - base < 64 ? count - base : 64, delimiter, quote);
        ends = flatten((m.delimiter | m.line_feed) & ~enclosed(prefix_xor_portable(m.quote), state), (uint32_t)base, ends);
    }
    return ends;
}

// MARK: AVX2 and carry-less multiplication

#if defined(__x86_64__)
#include <immintrin.h>
#define SLUICE_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul")))

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2"); }

SLUICE_AVX2 static inline uint64_t equal(__m256i low, __m256i high, __m256i byte) {
    uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, byte));
    uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, byte));
    return a | (uint64_t)b << 32;
}

/// Bit i is the parity of the bits up to i: 1 from an opening quote up to before its closing one.
SLUICE_AVX2 static inline uint64_t prefix_xor(uint64_t bits) {
    return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}

SLUICE_AVX2 static void find_bounds_avx2(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, carry *state, size_t *feeds, size_t *ends, sluice_csv_bounds *bounds) {
    const __m256i feed = _mm256_set1_epi8('\n'), back = _mm256_set1_epi8('\r'), zero = _mm256_setzero_si256();
    const __m256i mark = _mm256_set1_epi8((char)quote), comma = _mm256_set1_epi8((char)delimiter);
    uint64_t uses_quotes = quote < 0 ? 0 : UINT64_MAX;
    __m256i lowest = _mm256_set1_epi8(-1), all = zero;
    size_t base = 0;
    for (; base + 64 <= count; base += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(bytes + base));
        __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + base + 32));
        all = _mm256_or_si256(all, _mm256_or_si256(low, high));
        lowest = _mm256_min_epu8(lowest, _mm256_min_epu8(low, high));
        masks m = {0};
        m.line_feed = equal(low, high, feed);
        m.carriage_return = equal(low, high, back);
        m.quote = equal(low, high, mark) & uses_quotes;
        if (m.quote | m.carriage_return | state->inside | state->closing | state->carriage_return) {
            m.delimiter = equal(low, high, comma);
            block_bounds(m, prefix_xor(m.quote), base, state, feeds, ends, bounds);
        } else {
            state->separator = (bytes[base + 63] == delimiter || bytes[base + 63] == '\n');
            bound(&m, 0, base, feeds, ends, bounds);
        }
    }
    if (_mm256_movemask_epi8(all)) bounds->traits |= sluice_csv_has_high;
    if (_mm256_movemask_epi8(_mm256_cmpeq_epi8(lowest, zero))) bounds->traits |= sluice_csv_has_nul;
    find_bounds_portable(bytes, base, count, delimiter, quote, state, feeds, ends, bounds);
}

SLUICE_AVX2 static uint32_t *index_avx2(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, carry *state, uint32_t *ends) {
    const __m256i feed = _mm256_set1_epi8('\n'), mark = _mm256_set1_epi8((char)quote), comma = _mm256_set1_epi8((char)delimiter);
    uint64_t uses_quotes = quote < 0 ? 0 : UINT64_MAX;
    size_t base = 0;
    for (; base + 64 <= count; base += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(bytes + base));
        __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + base + 32));
        uint64_t separators = equal(low, high, feed) | equal(low, high, comma);
        uint64_t quotes = equal(low, high, mark) & uses_quotes;
        if (quotes | state->inside) separators &= ~enclosed(prefix_xor(quotes), state);
        ends = flatten(separators, (uint32_t)base, ends);
    }
    return index_portable(bytes, base, count, delimiter, quote, state, ends);
}

// MARK: AVX-512

#define SLUICE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt,lzcnt,pclmul")))

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("pclmul") &&
           __builtin_cpu_supports("bmi2");
}

SLUICE_AVX512 static void find_bounds_avx512(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, carry *state, size_t *feeds, size_t *ends, sluice_csv_bounds *bounds) {
    const __m512i feed = _mm512_set1_epi8('\n'), back = _mm512_set1_epi8('\r'), mark = _mm512_set1_epi8((char)quote);
    uint64_t uses_quotes = quote < 0 ? 0 : UINT64_MAX;
    __m512i lowest = _mm512_set1_epi8(-1), all = _mm512_setzero_si512();
    size_t base = 0;
    for (; base + 64 <= count; base += 64) {
        __m512i text = _mm512_loadu_si512(bytes + base);
        all = _mm512_or_si512(all, text);
        lowest = _mm512_min_epu8(lowest, text);
        masks m = {0};
        m.line_feed = _mm512_cmpeq_epi8_mask(text, feed);
        m.carriage_return = _mm512_cmpeq_epi8_mask(text, back);
        m.quote = _mm512_cmpeq_epi8_mask(text, mark) & uses_quotes;
        if (m.quote | m.carriage_return | state->inside | state->closing | state->carriage_return) {
            m.delimiter = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8((char)delimiter));
            block_bounds(m, prefix_xor(m.quote), base, state, feeds, ends, bounds);
        } else {
            state->separator = (bytes[base + 63] == delimiter || bytes[base + 63] == '\n');
            bound(&m, 0, base, feeds, ends, bounds);
        }
    }
    if (_mm512_movepi8_mask(all)) bounds->traits |= sluice_csv_has_high;
    if (_mm512_testn_epi8_mask(lowest, lowest)) bounds->traits |= sluice_csv_has_nul;
    find_bounds_portable(bytes, base, count, delimiter, quote, state, feeds, ends, bounds);
}

/// The places of a mask's bits, sixteen at once: at most 64 are written, as many as the mask's bytes.
SLUICE_AVX512 static inline uint32_t *compress(uint64_t bits, uint32_t base, __m512i places, uint32_t *ends) {
    int found = __builtin_popcountll(bits);
    __m512i packed = _mm512_maskz_compress_epi8(bits, places), from = _mm512_set1_epi32((int)base);
    _mm512_storeu_si512(ends, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed)), from));
    if (found > 16) {
        _mm512_storeu_si512(ends + 16, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1)), from));
        if (found > 32) {
            _mm512_storeu_si512(ends + 32, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2)), from));
            _mm512_storeu_si512(ends + 48, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3)), from));
        }
    }
    return ends + found;
}

SLUICE_AVX512 static uint32_t *index_avx512(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, carry *state, uint32_t *ends) {
    const __m512i feed = _mm512_set1_epi8('\n'), mark = _mm512_set1_epi8((char)quote), comma = _mm512_set1_epi8((char)delimiter);
    uint64_t uses_quotes = quote < 0 ? 0 : UINT64_MAX;
    uint8_t numbers[64];
    for (int i = 0; i < 64; i++) numbers[i] = (uint8_t)i;
    const __m512i places = _mm512_loadu_si512(numbers);
    size_t base = 0;
    for (; base + 64 <= count; base += 64) {
        __m512i text = _mm512_loadu_si512(bytes + base);
        uint64_t separators = _mm512_cmpeq_epi8_mask(text, feed) | _mm512_cmpeq_epi8_mask(text, comma);
        uint64_t quotes = _mm512_cmpeq_epi8_mask(text, mark) & uses_quotes;
        if (quotes | state->inside) separators &= ~enclosed(prefix_xor(quotes), state);
        ends = compress(separators, (uint32_t)base, places, ends);
    }
    return index_portable(bytes, base, count, delimiter, quote, state, ends);
}
#endif

// MARK: Entry

sluice_csv_level sluice_csv_best_level(void) {
#if defined(__x86_64__)
    if (has_avx512()) return sluice_csv_avx512;
    if (has_avx2()) return sluice_csv_avx2;
#endif
    return sluice_csv_portable;
}

void sluice_csv_find_bounds(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, sluice_csv_level level, sluice_csv_bounds *bounds) {
    *bounds = (sluice_csv_bounds){0};
    carry state = {.separator = 1};
    size_t feeds = 0, ends = 0;
#if defined(__x86_64__)
    if (level == sluice_csv_avx512) return find_bounds_avx512(bytes, count, delimiter, quote, &state, &feeds, &ends, bounds);
    if (level == sluice_csv_avx2) return find_bounds_avx2(bytes, count, delimiter, quote, &state, &feeds, &ends, bounds);
#endif
    find_bounds_portable(bytes, 0, count, delimiter, quote, &state, &feeds, &ends, bounds);
}

size_t sluice_csv_index(
    const uint8_t *bytes, size_t count, uint8_t delimiter, int quote, sluice_csv_level level, uint32_t *ends) {
    carry state = {.separator = 1};
#if defined(__x86_64__)
    if (level == sluice_csv_avx512) return (size_t)(index_avx512(bytes, count, delimiter, quote, &state, ends) - ends);
    if (level == sluice_csv_avx2) return (size_t)(index_avx2(bytes, count, delimiter, quote, &state, ends) - ends);
#endif
    return (size_t)(index_portable(bytes, 0, count, delimiter, quote, &state, ends) - ends);
}
