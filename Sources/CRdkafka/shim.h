#if !__has_include(<librdkafka/rdkafka.h>)
#error "the trait Kafka needs librdkafka: install the Debian package librdkafka-dev, or build without --traits Kafka"
#endif
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
