#if Kafka
import CRdkafka
import SluiceStreams

/// Headers in the library's form, of which each message gets a copy; nothing where there are none.
final class LibraryHeaders {
    private let list: OpaquePointer?

    init(_ headers: [RecordHeader]) {
        list = headers.isEmpty ? nil : rd_kafka_headers_new(headers.count)
        for header in headers {
            header.value.withUnsafeBytes { value in
                // An empty value is not the absence of one, which the library tells by the pointer.
                withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { nothing in
                    let start = value.baseAddress ?? UnsafeRawPointer(nothing.baseAddress)
                    _ = rd_kafka_header_add(list, header.name, -1, start, value.count)
                }
            }
        }
    }

    deinit { if let list { rd_kafka_headers_destroy(list) } }

    func copy() -> OpaquePointer? { list.flatMap { rd_kafka_headers_copy($0) } }

    /// The headers of a message that was read, in order; one without a value is empty.
    static func of(_ message: UnsafePointer<rd_kafka_message_t>) -> [RecordHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [RecordHeader] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let found = name {
            headers.append(
                RecordHeader(String(cString: found), Array(UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))))
        }
        return headers
    }
}
#endif
