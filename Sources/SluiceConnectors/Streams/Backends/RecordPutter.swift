import SluiceCore
package import SluiceStreams

/// Puts records into a backend's stream, call by call; what the backend refuses for now is put again.
package final class RecordPutter {
    /// Enough for several calls, so that a call is full although it takes one record of each key.
    private static let queuedRecords = 10 * StreamLimits.putRecords
    private static let queuedBytes = StreamLimits.putBytes

    private let backend: any StreamBackend
    private let stream: String
    private let pauses: PutPauses
    private var queue: PutQueue
    package private(set) var storedRecords = 0
    /// Payloads of stored records.
    package private(set) var bytesWritten: Int64 = 0

    /// - Parameter keepsOrder: Whether a call takes one record of a key at most (`PutQueue`).
    package init(_ backend: any StreamBackend, _ stream: String, keepsOrder: Bool, pauses: PutPauses = PutPauses()) {
        self.backend = backend
        self.stream = stream
        self.pauses = pauses
        queue = PutQueue(keepsOrder: keepsOrder)
    }

    /// Whether it is time for `putAll`.
    package var isFull: Bool { queue.count >= Self.queuedRecords || queue.byteCount >= Self.queuedBytes }

    package func append(key: String, payload: ArraySlice<UInt8>) { queue.append(key: key, payload: payload) }

    /// Puts what waits until nothing does.
    ///
    /// - Throws: What a whole call failed with, or a record that was refused `PutPauses.attempts` times while nothing was stored.
    package func putAll() async throws {
        var attempt = 0
        while !queue.isEmpty {
            let rows = queue.nextCall()
            let outcomes = try await backend.putRecords(queue.batch(rows), to: stream)
            var stored: Set<Int> = []
            var refusal: SluiceError?
            for (row, outcome) in zip(rows, outcomes) {
                switch outcome {
                case .stored:
                    stored.insert(row)
                    bytesWritten += Int64(queue.payloads.range(row).count)
                case .failed(let error): refusal = refusal ?? error
                }
            }
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
