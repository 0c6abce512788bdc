#include "json_search.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define SLUICE_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul")))

bool sluice_json_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2"); }

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

SLUICE_AVX2 bool sluice_json_find_structure_avx2(search *s) {
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

bool sluice_json_has_avx512(void) {
    return sluice_json_has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
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

SLUICE_AVX512 bool sluice_json_find_structure_avx512(search *s) {
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
