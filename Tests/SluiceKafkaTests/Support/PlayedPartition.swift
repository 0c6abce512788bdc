#if Kafka

/// The records of a partition as batches, and what its producers sent last.
struct PlayedPartition {
    private struct Batch {
        var first: Int64
        var end: Int64
        var bytes: [UInt8]
    }

    /// What a producer stored lately in its epoch, the newest last.
    private struct Producer {
        var epoch: Int16
        var batches: [(first: Int32, last: Int32, offset: Int64)] = []
        static let remembered = 5
    }

    private var batches: [Batch] = []
    private var producers: [Int64: Producer] = [:]

    /// Offset behind the last record.
    var end: Int64 { batches.last?.end ?? 0 }

    /// Stores a batch (Kafka: record batch, version 2) unless its producer's epoch and sequence forbid it.
    ///
    /// The rule is Kafka's (`ProducerStateEntry.findDuplicateBatch`, `ProducerAppendInfo.checkSequence`): one of the last batches of the epoch that
    /// comes again is answered and not stored; an older epoch is refused; a newer one begins at 0; within one, a batch follows the last without a
    /// gap. The first batch of a producer that the partition does not know may have any sequence, also where one before it was refused.
    ///
    /// - Returns: Kafka's error code, 0 for none; and the offset of the batch's first record.
    mutating func append(_ bytes: [UInt8]) -> (code: Int16, offset: Int64) {
        guard bytes.count > 61, bytes[16] == 2 else { return (2, -1) }
        func number(_ place: Int, _ count: Int) -> Int64 { bytes[place..<place + count].reduce(0) { $0 << 8 | Int64($1) } }
        let count = number(23, 4) + 1
        let producer = number(43, 8)
        let epoch = Int16(truncatingIfNeeded: number(51, 2))
        let first = Int32(truncatingIfNeeded: number(53, 4))
        let last = first + Int32(count) - 1
        var state = producers[producer] ?? Producer(epoch: epoch)
        // 47: the epoch is over.
        guard epoch >= state.epoch else { return (47, -1) }
        if epoch > state.epoch {
            // 45: out of order.
            guard first == 0 else { return (45, -1) }
            state = Producer(epoch: epoch)
        }
        if let again = state.batches.first(where: { $0.first == first && $0.last == last }) { return (0, again.offset) }
        if let before = state.batches.last, first != before.last + 1 { return (45, -1) }
        let offset = end
        var batch = Batch(first: offset, end: offset + count, bytes: bytes)
        withUnsafeBytes(of: offset.bigEndian) { batch.bytes.replaceSubrange(0..<8, with: $0) }
        batches.append(batch)
        if state.batches.count == Producer.remembered { state.batches.removeFirst() }
        state.batches.append((first, last, offset))
        producers[producer] = state
        return (0, offset)
    }

    /// Whole batches from the one that holds an offset on: one, and more within a limit of bytes.
    func batches(from offset: Int64, limit: Int) -> [UInt8] {
        var found: [UInt8] = []
        for batch in batches where batch.end > offset && (found.isEmpty || found.count + batch.bytes.count <= limit) {
            found += batch.bytes
        }
        return found
    }
}

extension WireWriter {
    /// The list of brokers with this one, the cluster's name, and this broker as the controller.
    mutating func broker(_ port: UInt16) {
        list([port]) { answer, port in
            answer.int32(1)
            answer.text("127.0.0.1")
            answer.int32(Int32(port))
            answer.text(nil)
        }
        text("played")
        int32(1)
    }

    /// A partition whose one replica is this broker.
    mutating func partition(_ number: Int) {
        int16(0)
        int32(Int32(number))
        int32(1)
        list([Int32(1)]) { $0.int32($1) }
        list([Int32(1)]) { $0.int32($1) }
    }
}
#endif
