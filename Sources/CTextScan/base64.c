#include "base64.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define SLUICE_AVX2 __attribute__((target("avx2")))

bool sluice_base64_available(void) { return __builtin_cpu_supports("avx2"); }

/// The same sixteen bytes in both halves.
SLUICE_AVX2 static inline __m256i both(
    int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o, int p) {
    return _mm256_broadcastsi128_si256(_mm_setr_epi8(
        (char)a, (char)b, (char)c, (char)d, (char)e, (char)f, (char)g, (char)h, (char)i, (char)j, (char)k, (char)l, (char)m, (char)n, (char)o, (char)p));
}

// The digits stand in six ranges of bytes, which a byte's high half tells but for '/' and '+':
// 2x: + /   3x: 0…9   4x and 5x: A…O, P…Z   6x and 7x: a…o, p…z
enum { plus = 1, number = 2, first_letters = 4, last_letters = 8 };

/// For each low half of a byte the ranges in which it is no digit.
SLUICE_AVX2 static inline __m256i wrong_in(void) {
    enum { behind_nine = plus | number, behind_z = number | last_letters, no_digit = plus | number | last_letters };
    return both(
        plus | first_letters, plus, plus, plus, plus, plus, plus, plus, plus, plus, behind_nine, behind_z, no_digit, no_digit, no_digit, behind_z);
}

/// The range of each high half of a byte; in no range every low half is wrong.
SLUICE_AVX2 static inline __m256i ranges(void) {
    enum { none = 16 };
    return both(
        none, none, plus, number, first_letters, last_letters, first_letters, last_letters, none, none, none, none, none, none, none, none);
}

/// What makes a digit its value, by its high half; '/' is three less than what its own says.
SLUICE_AVX2 static inline __m256i offsets(void) {
    return both(0, 0, 62 - '+', 52 - '0', 0 - 'A', 0 - 'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
}

SLUICE_AVX2 size_t sluice_base64_decode(const uint8_t *digits, size_t groups, uint8_t *target) {
    const __m256i nibble = _mm256_set1_epi8(15), slash = _mm256_set1_epi8('/'), three = _mm256_set1_epi8(3), none = _mm256_set1_epi8(16);
    const __m256i wrong = _mm256_or_si256(wrong_in(), none), range = ranges(), offset = offsets();
    const __m256i order = both(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    size_t done = 0;
    // A step writes four bytes more than it decodes.
    while (done + 10 <= groups) {
        __m256i text = _mm256_loadu_si256((const __m256i *)(const void *)(digits + 4 * done));
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(text, 4), nibble), low = _mm256_and_si256(text, nibble);
        __m256i fault = _mm256_and_si256(_mm256_shuffle_epi8(wrong, low), _mm256_shuffle_epi8(range, high));
        if (!_mm256_testz_si256(fault, fault)) break;
        __m256i less = _mm256_and_si256(_mm256_cmpeq_epi8(text, slash), three);
        __m256i values = _mm256_sub_epi8(_mm256_add_epi8(text, _mm256_shuffle_epi8(offset, high)), less);
        // Two values of six bits side by side, then two of twelve.
        __m256i twelve = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
        __m256i bytes = _mm256_shuffle_epi8(_mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000)), order);
        _mm_storeu_si128((__m128i *)(void *)(target + 3 * done), _mm256_castsi256_si128(bytes));
        _mm_storeu_si128((__m128i *)(void *)(target + 3 * done + 12), _mm256_extracti128_si256(bytes, 1));
        done += 8;
    }
    return done;
}

SLUICE_AVX2 size_t sluice_base64_encode(const uint8_t *bytes, size_t groups, uint8_t *target) {
    // Of three bytes 1, 0, 2, 1 in each word: so that both halves of it hold two digits.
    const __m256i order = both(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    const __m256i offset = both('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
    size_t done = 0;
    // A step reads four bytes more than it encodes.
    while (done + 10 <= groups) {
        __m128i first = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 3 * done));
        __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 3 * done + 12));
        __m256i words = _mm256_shuffle_epi8(_mm256_set_m128i(second, first), order);
        // Multiplying by a power of two shifts each half of a word on its own.
        __m256i odd = _mm256_mulhi_epu16(_mm256_and_si256(words, _mm256_set1_epi32(0x0FC0FC00)), _mm256_set1_epi32(0x04000040));
        __m256i even = _mm256_mullo_epi16(_mm256_and_si256(words, _mm256_set1_epi32(0x003F03F0)), _mm256_set1_epi32(0x01000010));
        __m256i values = _mm256_or_si256(odd, even);
        // 0: a…z, 1…10: 0…9, 11: +, 12: /, 13: A…Z.
        __m256i kind = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
        __m256i capital = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), values), _mm256_set1_epi8(13));
        __m256i text = _mm256_add_epi8(values, _mm256_shuffle_epi8(offset, _mm256_or_si256(kind, capital)));
        _mm256_storeu_si256((__m256i *)(void *)(target + 4 * done), text);
        done += 8;
    }
    return done;
}
#else
bool sluice_base64_available(void) { return false; }
size_t sluice_base64_decode(const uint8_t *digits, size_t groups, uint8_t *target) { return 0; }
size_t sluice_base64_encode(const uint8_t *bytes, size_t groups, uint8_t *target) { return 0; }
#endif
