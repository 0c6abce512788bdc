#if Kafka
import SluiceCore
import SluiceStreams
import Synchronization

/// A subscription to a partition: it sleeps until the library has fetched something, a second at most.
///
/// A broker that is away does not end it; it goes on when the broker is back.
final class KafkaSubscription: ShardSubscription {
    private struct State {
        var reader: PartitionReader?
        var position: Int64
    }

    private let streams: KafkaStreams
    private let place: PartitionPlace
    private let state: Mutex<State>

    init(_ streams: KafkaStreams, _ place: PartitionPlace, from offset: Int64) {
        self.streams = streams
        self.place = place
        state = Mutex(State(position: offset))
    }

    deinit {
        guard let reader = state.withLock({ $0.reader }) else { return }
        Task { [pool = streams.readers] in await pool.release(reader) }
    }

    func next() async throws(SluiceError) -> RecordPage? {
        while !Task.isCancelled {
            let reader = try await reader()
            var page = PageBuilder(from: reader.position, limit: StreamLimits.getRecords)
            let finding = reader.take(into: &page)
            state.withLock { $0.position = reader.position }
            page.finish()
            if page.count > 0 { return result(page, isAtEnd: finding == .end) }
            switch finding {
            case .pause, .end:
                if reader.isEnded { return await end() }
                await reader.wait()
                if reader.isEnded { return await end() }
            case .outOfRange:
                _ = await end()
                // Records expired before they were read, or the topic was made anew; both begin at the oldest there is.
                let marks = try await streams.watermarks(place)
                state.withLock { $0.position = marks.low }
            case .failed(let code):
                let error = reader.client.error(code, cannot: "read \(place.description)")
                _ = await end(isDenied: error.code == .accessDenied)
                if error.code == .notFound { return nil }
                throw error
            }
        }
        return nil
    }

    private func reader() async throws(SluiceError) -> PartitionReader {
        let (known, position) = state.withLock { ($0.reader, $0.position) }
        if let known { return known }
        let fresh = try await streams.readers.take(place, at: position)
        state.withLock { $0.reader = fresh }
        return fresh
    }

    private func end(isDenied: Bool = false) async -> RecordPage? {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        if let reader { await streams.readers.release(reader, isDenied: isDenied) }
        return nil
    }

    private func result(_ page: PageBuilder, isAtEnd: Bool) -> RecordPage {
        RecordPage(
            batches: page.batches, next: nil, millisBehindLatest: isAtEnd ? 0 : streams.age(of: page.lastArrivalMicros),
            continuation: SequenceNumber(UInt128(page.next - 1)))
    }
}
#endif
