#if !__has_include(<libpq-fe.h>)
#error "the trait PostgreSQL needs libpq: install the Debian package libpq-dev, or build without --traits PostgreSQL"
#endif
#include <libpq-fe.h>
