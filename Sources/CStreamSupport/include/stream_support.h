/// What the log needs and Swift cannot say: the CRC-32C instruction of the processor.
#ifndef SLUICE_STREAM_SUPPORT_H
#define SLUICE_STREAM_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has an instruction for CRC-32C.
bool sluice_crc32c_available(void);

/// Continues a CRC-32C (without the final inversion) over bytes; only where it is available.
uint32_t sluice_crc32c_update(uint32_t crc, const void *bytes, size_t count);

#endif
