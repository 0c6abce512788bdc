#if Kafka
import SluiceCore
import Synchronization

/// The consumers of a cluster, and the readers on them: those in use, and those that wait where the last page ended.
///
/// A consumer reads a partition once at a time, so it takes as many consumers as one partition has readers.
final class ReaderPool: Sendable {
    private struct Consumer {
        let client: KafkaClient
        var places: Set<PartitionPlace> = []
    }

    private struct State {
        var consumers: [Consumer] = []
        /// The longest waiting first.
        var idle: [PartitionReader] = []
        var inUse: [ObjectIdentifier: PartitionReader] = [:]
        var isClosed = false
    }

    private let settings: KafkaSettings
    private let state = Mutex(State())

    init(_ settings: KafkaSettings) { self.settings = settings }

    /// - Throws: `interrupted` once the pool was closed.
    func requireOpen() throws(SluiceError) {
        if state.withLock({ $0.isClosed }) { throw .kafkaClosed() }
    }

    /// The consumer that requests are made with.
    func client() throws(SluiceError) -> KafkaClient {
        try state.withLock { state throws(SluiceError) in
            guard !state.isClosed else { throw .kafkaClosed() }
            if let first = state.consumers.first { return first.client }
            let fresh = try KafkaClient(settings, .consumer)
            state.consumers.append(Consumer(client: fresh))
            return fresh
        }
    }

    /// A reader whose next message is the one at this offset or the first behind it.
    func take(_ place: PartitionPlace, at offset: Int64) async throws(SluiceError) -> PartitionReader {
        let ready = state.withLock { state -> PartitionReader? in
            guard let index = state.idle.firstIndex(where: { $0.place == place && $0.position == offset }) else { return nil }
            let reader = state.idle.remove(at: index)
            state.inUse[ObjectIdentifier(reader)] = reader
            return reader
        }
        if let ready { return ready }
        let client = try reserve(place)
        do throws(SluiceError) {
            let reader = try PartitionReader(client, place, from: offset)
            state.withLock { $0.inUse[ObjectIdentifier(reader)] = reader }
            return reader
        } catch {
            free(place, on: client)
            throw error
        }
    }

    /// Lets a reader wait for the next page; the one that waited longest ends where there are too many.
    func park(_ reader: PartitionReader) async {
        let surplus = state.withLock { state -> PartitionReader? in
            state.inUse[ObjectIdentifier(reader)] = nil
            if state.isClosed { return reader }
            state.idle.append(reader)
            return state.idle.count > KafkaLimits.idleReaders ? state.idle.removeFirst() : nil
        }
        if let surplus { await end(surplus) }
    }

    /// Ends a reader.
    ///
    /// - Parameter isDenied: Whether it was denied its topic, which a consumer tells once alone; later readers get another one.
    func release(_ reader: PartitionReader, isDenied: Bool = false) async {
        state.withLock { state in
            state.inUse[ObjectIdentifier(reader)] = nil
            if isDenied { state.consumers.removeAll { $0.client === reader.client } }
        }
        await end(reader)
    }

    /// Ends readers that wait, and tells the others to end.
    func close() {
        let (idle, inUse) = state.withLock { state in
            defer { (state.idle, state.isClosed) = ([], true) }
            return (state.idle, Array(state.inUse.values))
        }
        for reader in inUse { reader.close() }
        Task { for reader in idle { await end(reader) } }
    }

    private func end(_ reader: PartitionReader) async {
        let stopped: Void? = try? await reader.client.request { _ in
            reader.stop()
            return .success(())
        }
        if stopped != nil { free(reader.place, on: reader.client) }
    }

    /// A consumer that does not read the partition, which then counts as reading it.
    private func reserve(_ place: PartitionPlace) throws(SluiceError) -> KafkaClient {
        try state.withLock { state throws(SluiceError) in
            guard !state.isClosed else { throw .kafkaClosed() }
            if let index = state.consumers.firstIndex(where: { !$0.places.contains(place) }) {
                state.consumers[index].places.insert(place)
                return state.consumers[index].client
            }
            guard state.consumers.count < KafkaLimits.consumers else {
                throw SluiceError(
                    .limitExceeded, "\(place.description) has \(state.consumers.count) readers", remedy: "end some of them")
            }
            let fresh = try KafkaClient(settings, .consumer)
            state.consumers.append(Consumer(client: fresh, places: [place]))
            return fresh
        }
    }

    private func free(_ place: PartitionPlace, on client: KafkaClient) {
        state.withLock { state in
            guard let index = state.consumers.firstIndex(where: { $0.client === client }) else { return }
            state.consumers[index].places.remove(place)
        }
    }
}
#endif
