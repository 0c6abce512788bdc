#include "stream_support.h"

#include <string.h>

#if defined(__x86_64__)
#define HAS_INSTRUCTION 1
#define TARGET __attribute__((target("sse4.2")))
#include <nmmintrin.h>
#define CRC_8(crc, byte) _mm_crc32_u8((uint32_t)(crc), (byte))
#define CRC_64(crc, word) _mm_crc32_u64((crc), (word))
bool sluice_crc32c_available(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__) && defined(__linux__)
#define HAS_INSTRUCTION 1
#define TARGET __attribute__((target("crc")))
#include <arm_acle.h>
#include <sys/auxv.h>
#define CRC_8(crc, byte) __crc32cb((uint32_t)(crc), (byte))
#define CRC_64(crc, word) __crc32cd((uint32_t)(crc), (word))
// HWCAP_CRC32 of the Linux ABI for arm64.
bool sluice_crc32c_available(void) { return (getauxval(AT_HWCAP) & (1UL << 7)) != 0; }
#else
#define HAS_INSTRUCTION 0
bool sluice_crc32c_available(void) { return false; }
#endif

#if HAS_INSTRUCTION

// The instruction takes three cycles but one may start in each, so three independent runs of a block are three times as fast. The
// checksum of the whole is put together by moving the first two over the bytes that follow them, with tables for that distance.
#define RUN 1024

static uint32_t shift_table[4][256];

static uint32_t multiply(const uint32_t *matrix, uint32_t vector) {
    uint32_t sum = 0;
    for (; vector; vector >>= 1, matrix++)
        if (vector & 1) sum ^= *matrix;
    return sum;
}

// Tables that carry a checksum over RUN zero bytes: the matrix of one zero bit, squared until it spans them.
__attribute__((constructor)) static void prepare_tables(void) {
    uint32_t matrix[32], square[32];
    matrix[0] = 0x82F63B78;
    for (int bit = 1; bit < 32; bit++) matrix[bit] = (uint32_t)1 << (bit - 1);
    for (uint32_t bits = 1; bits < RUN * 8; bits *= 2) {
        for (int bit = 0; bit < 32; bit++) square[bit] = multiply(matrix, matrix[bit]);
        memcpy(matrix, square, sizeof matrix);
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int place = 0; place < 4; place++) shift_table[place][byte] = multiply(matrix, byte << (8 * place));
}

static uint32_t shift(uint32_t crc) {
    return shift_table[0][crc & 0xFF] ^ shift_table[1][crc >> 8 & 0xFF] ^ shift_table[2][crc >> 16 & 0xFF] ^ shift_table[3][crc >> 24];
}

static uint64_t load(const unsigned char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

TARGET uint32_t sluice_crc32c_update(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    while (count >= 3 * RUN) {
        uint64_t a = crc, b = 0, c = 0;
        for (size_t place = 0; place < RUN; place += 8) {
            a = CRC_64(a, load(next + place));
            b = CRC_64(b, load(next + RUN + place));
            c = CRC_64(c, load(next + 2 * RUN + place));
        }
        crc = shift(shift((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
        next += 3 * RUN;
        count -= 3 * RUN;
    }
    uint64_t rest = crc;
    for (; count >= 8; count -= 8, next += 8) rest = CRC_64(rest, load(next));
    for (; count > 0; count--, next++) rest = CRC_8(rest, *next);
    return (uint32_t)rest;
}

#else

uint32_t sluice_crc32c_update(uint32_t crc, const void *bytes, size_t count) {
    (void)bytes, (void)count;
    return crc;
}

#endif
