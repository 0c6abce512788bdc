import SluiceCore
package import SluiceStreams

/// Puts records into a backend's stream, call by call; what the backend refuses for now is put again.
package final class RecordPutter {
    /// Enough for several calls, so that a call is full although it takes one record of each key.
    private static let queuedRecords = 10 * StreamLimits.putRecords
    /// Where many records are packed into one.
    private static let packedRecords = 100_000
    private static let queuedBytes = StreamLimits.putBytes

    /// A call, and the rows of the queue that each of its records holds.
    private struct Call {
        var rows: [[Int]]
        var batch: PutBatch
    }

    private let backend: any StreamBackend
    private let stream: String
    private let packs: Bool
    private let pauses: PutPauses
    private var queue: PutQueue
    /// Made when it is needed, and anew when the stream has other shards.
    private var packer: ShardPacker?
    package private(set) var storedRecords = 0
    /// Payloads of stored records.
    package private(set) var bytesWritten: Int64 = 0

    /// - Parameters:
    ///   - keepsOrder: Whether a call takes one record of a key at most (`PutQueue`); or where they are packed, of a shard.
    ///   - packs: Whether records of a shard are packed into one (`ShardPacker`).
    package init(
        _ backend: any StreamBackend, _ stream: String, keepsOrder: Bool, packs: Bool = false, pauses: PutPauses = PutPauses()
    ) {
        self.backend = backend
        self.stream = stream
        self.packs = packs
        self.pauses = pauses
        queue = PutQueue(keepsOrder: keepsOrder, isHashed: packs)
    }

    /// Whether it is time for `putAll`.
    package var isFull: Bool {
        queue.count >= (packs ? Self.packedRecords : Self.queuedRecords) || queue.byteCount >= Self.queuedBytes
    }

    package func append(key: String, payload: ArraySlice<UInt8>) { queue.append(key: key, payload: payload) }

    /// Puts what waits until nothing does.
    ///
    /// - Throws: What a whole call failed with, or a record that was refused `PutPauses.attempts` times while nothing was stored.
    package func putAll() async throws {
        var attempt = 0
        while !queue.isEmpty {
            let call = try await nextCall()
            let outcomes = try await backend.putRecords(call.batch, to: stream)
            var stored: Set<Int> = []
            var refusal: SluiceError?
            for (rows, outcome) in zip(call.rows, outcomes) {
                switch outcome {
                case .stored(let receipt):
                    let readable = try await readable(rows, in: receipt.shard)
                    stored.formUnion(readable)
                    if readable.count < rows.count { refusal = refusal ?? misplaced(receipt.shard) }
                case .failed(let error): refusal = refusal ?? error
                }
            }
            for row in stored { bytesWritten += Int64(queue.payloads.range(row).count) }
            queue.remove(stored)
            storedRecords += stored.count
            guard let refusal else {
                attempt = 0
                continue
            }
            attempt = stored.isEmpty ? attempt + 1 : 1
            guard refusal.isRetriable, attempt < pauses.attempts else { throw refusal }
            try await pauses.pause(behind: attempt)
        }
    }

    private func nextCall() async throws -> Call {
        guard packs else {
            let rows = queue.nextCall()
            return Call(rows: rows.map { [$0] }, batch: queue.batch(rows))
        }
        let packer = try await openPacker()
        let groups = packer.groups(of: queue, keepsOrder: queue.keepsOrder)
        return Call(rows: groups, batch: packer.batch(groups, of: queue))
    }

    private func openPacker() async throws -> ShardPacker {
        if let packer { return packer }
        for attempt in 1...pauses.attempts {
            if let fresh = ShardPacker(try await backend.listShards(stream, .fromTrimHorizon)) {
                packer = fresh
                return fresh
            }
            try await pauses.pause(behind: attempt)
        }
        throw SluiceError(
            .resourceInUse, "the shards of stream \(stream.quotedForMessage) are being changed", remedy: "put the records later",
            isRetriable: true)
    }

    /// Which rows of a stored record readers get: all, unless the shards changed since it was packed.
    private func readable(_ rows: [Int], in shard: ShardID) async throws -> [Int] {
        guard packs else { return rows }
        if let found = try await openPacker().readable(rows, of: queue, in: shard), found.count == rows.count { return rows }
        packer = nil
        return try await openPacker().readable(rows, of: queue, in: shard) ?? []
    }

    private func misplaced(_ shard: ShardID) -> SluiceError {
        SluiceError(
            .ioFailure, "stream \(stream.quotedForMessage) took a packed record into \(shard), which does not own all of its keys",
            remedy: "put the records without packing them", isRetriable: true)
    }
}

/// How a writer waits between the puts of records that were refused; the clock and the random numbers are given, so that tests do not wait.
package struct PutPauses: Sendable {
    /// Puts of which nothing was stored, one after another, before the writer gives up.
    var attempts = 10
    var first = Duration.milliseconds(100)
    var longest = Duration.seconds(10)
    var clock: any Clock<Duration> = ContinuousClock()
    var random: @Sendable () -> Double = { .random(in: 0...1) }

    package init() {}

    /// Sleeps a random part of a time that doubles with each attempt, counted from 1.
    func pause(behind attempt: Int) async throws {
        try await clock.sleep(for: min(first * (1 << min(attempt - 1, 20)), longest) * random())
    }
}
