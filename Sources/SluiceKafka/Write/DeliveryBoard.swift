#if Kafka
import CRdkafka
import SluiceCore
import SluiceStreams
import Synchronization

/// What became of the records that were handed to the library, by put and row, until the put knows all of them.
final class DeliveryBoard: Sendable {
    private struct Put {
        var topic: String
        var outcomes: [PutOutcome?]
        var left: Int
        var waiter: CheckedContinuation<[PutOutcome], Never>?
    }

    /// Rows of a put fit into so many bits of a message's mark; the rest is the put's number.
    private static let rowBits = 10

    private struct State {
        var puts: [Int: Put] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())

    /// - Returns: The number of a put of so many records.
    func open(_ count: Int, to topic: String) -> Int {
        precondition((1...1 << Self.rowBits).contains(count), "a put of \(count) records")
        return state.withLock { state in
            state.lastNumber += 1
            state.puts[state.lastNumber] = Put(topic: topic, outcomes: Array(repeating: nil, count: count), left: count)
            return state.lastNumber
        }
    }

    /// What a message carries, so that its report finds its place; never nil, as numbers begin at 1.
    static func mark(_ put: Int, _ row: Int) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: put << rowBits | row) }

    /// Takes the library's report on one message.
    ///
    /// Stored is what a broker named the offset of. The library (2.0.2 to 2.6 at least) also reports success where it only supposes so, without an
    /// offset: for a record that a broker refused, when one behind it is stored (`rd_kafka_dr_implicit_ack`), and for a sequence that a broker
    /// calls a duplicate. A broker tells the offset of a record that was sent again and was stored before.
    func report(_ message: rd_kafka_message_t) {
        let mark = Int(bitPattern: message._private)
        let (put, row) = (mark >> Self.rowBits, mark & (1 << Self.rowBits - 1))
        if message.err == RD_KAFKA_RESP_ERR_NO_ERROR, message.offset >= 0 {
            let number = SequenceNumber(UInt128(message.offset))
            return settle(put, row, .stored(PutReceipt(shard: ShardID(Int(message.partition)), sequenceNumber: number)))
        }
        let topic = state.withLock { $0.puts[put]?.topic } ?? ""
        let action = "put a record to topic \(topic.quotedForMessage)"
        guard message.err != RD_KAFKA_RESP_ERR_NO_ERROR else {
            let error = SluiceError(
                .ioFailure, "cannot \(action): no broker said where it is stored", remedy: "put it again; it may be stored already",
                isRetriable: true)
            return settle(put, row, .failed(error))
        }
        settle(put, row, .failed(.kafka(message.err, cannot: action)))
    }

    /// Writes down what became of a record.
    func settle(_ put: Int, _ row: Int, _ outcome: PutOutcome) {
        let done = state.withLock { state -> (CheckedContinuation<[PutOutcome], Never>, [PutOutcome])? in
            guard var entry = state.puts[put], entry.outcomes[row] == nil else { return nil }
            entry.outcomes[row] = outcome
            entry.left -= 1
            state.puts[put] = entry
            guard entry.left == 0, let waiter = entry.waiter else { return nil }
            state.puts[put] = nil
            return (waiter, entry.outcomes.compactMap { $0 })
        }
        if let (waiter, outcomes) = done { waiter.resume(returning: outcomes) }
    }

    /// Waits until it is known what became of all records of a put.
    ///
    /// - Returns: One outcome a record; when the task is cancelled, `interrupted` for those that are on their way and may yet be stored.
    func outcomes(_ put: Int) async -> [PutOutcome] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let done = state.withLock { state -> [PutOutcome]? in
                    guard state.puts[put]?.left == 0 else {
                        state.puts[put]?.waiter = continuation
                        return nil
                    }
                    return state.puts.removeValue(forKey: put)?.outcomes.compactMap { $0 }
                }
                if let done { continuation.resume(returning: done) }
            }
        } onCancel: {
            let rows = state.withLock { state in
                (state.puts[put]?.outcomes ?? []).enumerated().compactMap { $0.element == nil ? $0.offset : nil }
            }
            for row in rows {
                settle(put, row, .failed(SluiceError(.interrupted, "the task was cancelled; the record may be stored", isRetriable: true)))
            }
        }
    }
}
#endif
