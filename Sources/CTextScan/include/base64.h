/// Base64 (RFC 4648, section 4), many digits at once.
#ifndef SLUICE_BASE64_H
#define SLUICE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has the instructions for it.
bool sluice_base64_available(void);

/// Decodes groups of four digits up to somewhere before the first that holds something else, or before the last ones; only where it is available.
///
/// `target` has room for three bytes a group. Returns how many groups were decoded.
size_t sluice_base64_decode(const uint8_t *digits, size_t groups, uint8_t *target);

/// Encodes groups of three bytes up to somewhere before the last ones; only where it is available.
///
/// `target` has room for four digits a group. Returns how many groups were encoded.
size_t sluice_base64_encode(const uint8_t *bytes, size_t groups, uint8_t *target);

#endif
