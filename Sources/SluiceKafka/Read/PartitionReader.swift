#if Kafka
import CRdkafka
import Dispatch
import SluiceCore
import SluiceStreams
import Synchronization

/// A place in a topic that one reader has at a time.
struct PartitionPlace: Hashable, Sendable {
    var topic: String
    var partition: Int

    /// As messages show it.
    var description: String { "partition \(partition) of topic \(topic.quotedForMessage)" }
}

/// Reads one partition in order; the library fetches ahead while nobody asks.
///
/// - Invariant: One task uses it at a time; `wake` may come from any thread.
final class PartitionReader: @unchecked Sendable {
    /// How a look into the library's queue ended.
    enum Finding: Equatable {
        /// The queue is empty, or the page is full.
        case pause
        /// There is no record behind this place for now.
        case end
        /// The place is outside of what the partition holds.
        case outOfRange
        case failed(rd_kafka_resp_err_t)
    }

    let place: PartitionPlace
    let client: KafkaClient
    /// Offset of the next message.
    private(set) var position: Int64
    /// The last error of a broker that the library will ask again.
    private(set) var lastRefusal: rd_kafka_resp_err_t?
    private let wakeup = Wakeup()
    /// Wakes whoever waits now and then, see `KafkaLimits.lookAgainMillis`.
    private let timer = DispatchSource.makeTimerSource()
    private let isClosed = Atomic(false)
    private let topic: OpaquePointer
    private let queue: OpaquePointer
    /// Messages that were taken from the library and did not fit into the last page, in order.
    private var held: ArraySlice<UnsafeMutablePointer<rd_kafka_message_t>> = []

    /// - Throws: What the library says when it cannot begin.
    init(_ client: KafkaClient, _ place: PartitionPlace, from offset: Int64) throws(SluiceError) {
        self.client = client
        self.place = place
        position = offset
        guard let topic = rd_kafka_topic_new(client.handle.pointer, place.topic, nil), let queue = rd_kafka_queue_new(client.handle.pointer)
        else { throw client.error(rd_kafka_last_error(), cannot: "read \(place.description)") }
        self.topic = topic
        self.queue = queue
        rd_kafka_queue_cb_event_enable(
            queue, { _, owner in owner.map { Unmanaged<Wakeup>.fromOpaque($0).takeUnretainedValue().wake() } },
            Unmanaged.passUnretained(wakeup).toOpaque())
        timer.setEventHandler { [wakeup] in wakeup.wake() }
        timer.schedule(deadline: .now(), repeating: .milliseconds(KafkaLimits.lookAgainMillis))
        timer.activate()
        guard rd_kafka_consume_start_queue(topic, Int32(place.partition), offset, queue) == 0 else {
            let code = rd_kafka_last_error()
            release()
            throw client.error(code, cannot: "read \(place.description)")
        }
    }

    /// Ends the reading, which waits for the library; it is called once, and nothing else behind it.
    func stop() {
        rd_kafka_consume_stop(topic, Int32(place.partition))
        for message in held { rd_kafka_message_destroy(message) }
        held = []
        release()
    }

    private func release() {
        timer.cancel()
        rd_kafka_queue_cb_event_enable(queue, nil, nil)
        rd_kafka_queue_destroy(queue)
        rd_kafka_topic_destroy(topic)
    }

    /// Whether whoever reads is to end.
    var isEnded: Bool { isClosed.load(ordering: .relaxed) }

    func close() {
        isClosed.store(true, ordering: .relaxed)
        wakeup.wake()
    }

    /// Suspends until there may be messages, `KafkaLimits.lookAgainMillis` at most.
    func wait() async { await wakeup.wait() }

    /// Moves messages that are there into a page, without waiting.
    func take(into page: inout PageBuilder) -> Finding {
        while true {
            while let message = held.first {
                let code = message.pointee.err
                let end = message.pointee.offset
                if code == RD_KAFKA_RESP_ERR_NO_ERROR, !page.take(message) { return .pause }
                rd_kafka_message_destroy(message)
                held = held.dropFirst()
                switch code {
                case RD_KAFKA_RESP_ERR_NO_ERROR: break
                case RD_KAFKA_RESP_ERR__PARTITION_EOF:
                    page.skip(to: end)
                    position = page.next
                    return .end
                case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return .outOfRange
                case let code where SluiceError.isPassing(code): lastRefusal = code
                default: return .failed(code)
                }
                position = page.next
            }
            if page.isFull || !fetch() { return .pause }
        }
    }

    /// Takes messages from the library.
    ///
    /// - Returns: False when there are none.
    private func fetch() -> Bool {
        var messages = [UnsafeMutablePointer<rd_kafka_message_t>?](repeating: nil, count: KafkaLimits.messagesAtATime)
        let count = rd_kafka_consume_batch_queue(queue, 0, &messages, messages.count)
        // Serves what the library has to tell beside messages.
        rd_kafka_poll(client.handle.pointer, 0)
        guard count > 0 else { return false }
        held = messages[..<count].compactMap { $0 }[...]
        return true
    }
}
#endif
