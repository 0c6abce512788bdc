#if Kafka
import CRdkafka
import Dispatch
import SluiceCore
import SluiceStreams
import Synchronization

/// Sends records and waits for the acknowledgement of all replicas in sync; a record that the library sends again is stored once.
final class KafkaProducer: Sendable {
    /// Ends the thread that takes reports.
    private final class Stop: Sendable {
        let isAsked = Atomic(false)
    }

    let client: KafkaClient
    private let board = DeliveryBoard()
    private let stop = Stop()

    init(_ settings: KafkaSettings) throws(SluiceError) {
        client = try KafkaClient(settings, .producer, board: board)
        DispatchQueue(label: "sluice.kafka.reports").async { [client, stop] in
            while !stop.isAsked.load(ordering: .relaxed) { rd_kafka_poll(client.handle.pointer, 100) }
            // What is still on its way is given up, and reported so.
            rd_kafka_purge(client.handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            rd_kafka_flush(client.handle.pointer, 1_000)
        }
    }

    deinit { end() }

    /// Gives up what is on its way; the puts that wait for it are told.
    func end() { stop.isAsked.store(true, ordering: .relaxed) }

    /// A producer that lost track of what is stored has to be replaced.
    var isBroken: Bool {
        var text: [CChar] = [0]
        return rd_kafka_fatal_error(client.handle.pointer, &text, text.count) != RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// - Parameter partitions: Where each record goes.
    func put(_ batch: PutBatch, to topic: String, partitions: [Int32]) async throws(SluiceError) -> [PutOutcome] {
        guard let handle = rd_kafka_topic_new(client.handle.pointer, topic, nil) else {
            throw client.error(rd_kafka_last_error(), cannot: "put records to topic \(topic.quotedForMessage)")
        }
        let put = board.open(batch.count, to: topic)
        send(batch, put, LibraryHandle(pointer: handle), topic, partitions)
        rd_kafka_topic_destroy(handle)
        return await board.outcomes(put)
    }

    /// Hands the records to the library. Behind one that a partition does not take, the others of that partition fail, too, so that none
    /// overtakes it.
    private func send(_ batch: PutBatch, _ put: Int, _ topic: LibraryHandle, _ name: String, _ partitions: [Int32]) {
        let headers = LibraryHeaders(batch.headers)
        var refused: [Int32: SluiceError] = [:]
        batch.keys.data.withUnsafeBytes { keys in
            batch.payloads.bytes.withUnsafeBytes { payloads in
                for row in 0..<batch.count {
                    let partition = partitions[row]
                    if refused[partition] == nil {
                        let message = OutgoingMessage(
                            topic: topic, partition: partition, key: UnsafeRawBufferPointer(rebasing: keys[batch.keys.range(row)]),
                            payload: UnsafeRawBufferPointer(rebasing: payloads[batch.payloads.range(row)]),
                            mark: DeliveryBoard.mark(put, row))
                        let code = message.send(client, headers)
                        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
                        refused[partition] = client.error(code, cannot: "put a record to topic \(name.quotedForMessage)")
                    }
                    if let error = refused[partition] { board.settle(put, row, .failed(error)) }
                }
            }
        }
    }
}

/// One message on its way into the library, which copies it.
private struct OutgoingMessage {
    let topic: LibraryHandle
    let partition: Int32
    let key: UnsafeRawBufferPointer
    let payload: UnsafeRawBufferPointer
    let mark: UnsafeMutableRawPointer?

    func send(_ client: KafkaClient, _ headers: LibraryHeaders) -> rd_kafka_resp_err_t {
        // An empty value is not the absence of one, which the library tells by the pointer.
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { nothing in
            var values: [rd_kafka_vu_t] = [
                Self.value(RD_KAFKA_VTYPE_RKT) { $0.rkt = topic.pointer },
                Self.value(RD_KAFKA_VTYPE_PARTITION) { $0.i32 = partition },
                Self.value(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY },
                Self.value(RD_KAFKA_VTYPE_KEY) { Self.fill(&$0, key, nothing) },
                Self.value(RD_KAFKA_VTYPE_VALUE) { Self.fill(&$0, payload, nothing) },
                Self.value(RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = mark },
            ]
            let copied = headers.copy()
            if let copied { values.append(Self.value(RD_KAFKA_VTYPE_HEADERS) { $0.headers = copied }) }
            guard let error = rd_kafka_produceva(client.handle.pointer, values, values.count) else { return RD_KAFKA_RESP_ERR_NO_ERROR }
            defer { rd_kafka_error_destroy(error) }
            if let copied { rd_kafka_headers_destroy(copied) }
            return rd_kafka_error_code(error)
        }
    }

    private typealias Value = rd_kafka_vu_s.__Unnamed_union_u

    private static func value(_ type: rd_kafka_vtype_t, _ fill: (inout Value) -> Void) -> rd_kafka_vu_t {
        var value = rd_kafka_vu_t()
        value.vtype = type
        fill(&value.u)
        return value
    }

    private static func fill(_ value: inout Value, _ bytes: UnsafeRawBufferPointer, _ nothing: UnsafeMutableRawBufferPointer) {
        value.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? nothing.baseAddress
        value.mem.size = bytes.count
    }
}
#endif
