/// Vector searches over text that Swift cannot say: comparisons of 64 bytes at once, turned into bit masks.
#ifndef SLUICE_TEXT_SCAN_H
#define SLUICE_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base64.h"
#include "csv_scan.h"
#include "json_scan.h"

#endif
