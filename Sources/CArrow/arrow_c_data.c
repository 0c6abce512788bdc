// The target is its header; a target needs a source file.
#include "arrow_c_data.h"
