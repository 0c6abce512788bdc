import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams
import Synchronization

/// The delivery streams of one account and region: their definitions, the records that wait, and those who deliver them.
final class FirehoseScope: Sendable {
    let id: ScopeID
    let world: FirehoseHome.World
    let file: DeliveryFile
    private let directory: String
    private let store: StreamStore
    private let workers = Mutex<[String: DeliveryWorker]>([:])
    /// Held by whoever creates or deletes a stream, which is few.
    private let changing = AsyncTurn()

    init(_ id: ScopeID, directory: String, _ world: FirehoseHome.World) throws(SluiceError) {
        self.id = id
        self.world = world
        self.directory = directory
        file = try DeliveryFile(directory: directory)
        store = StreamStore(directory: directory + "/streams", clock: world.clock)
        let streams = file.streams
        // A crash left records without a definition: of a stream that was being made, or deleted. Without the file nothing is known of them.
        if DiskFiles.kind(of: directory + "/" + DeliveryFile.name) == .file {
            for name in try store.list() where streams[name] == nil { try store.delete(name) }
        }
        for stream in streams.values { try begin(stream) }
    }

    private func begin(_ stream: DeliveryStream) throws(SluiceError) {
        let worker = try DeliveryWorker(stream, self, store: store, progressPath: progressPath(stream.name))
        workers.withLock { $0[stream.name] = worker }
        worker.begin()
    }

    private func progressPath(_ name: String) -> String { "\(directory)/progress/\(name).json" }

    /// - Throws: `ResourceNotFoundException`.
    func stream(_ name: String) throws(ServiceFault) -> DeliveryStream {
        guard let stream = file.streams[name] else { throw Faults.noStream(name, id) }
        return stream
    }

    /// - Throws: `ResourceNotFoundException`.
    func worker(_ name: String) throws(ServiceFault) -> DeliveryWorker {
        guard let worker = workers.withLock({ $0[name] }) else { throw Faults.noStream(name, id) }
        return worker
    }

    /// - Throws: `ResourceInUseException`, `LimitExceededException`, `InvalidArgumentException`.
    func create(_ stream: DeliveryStream) async throws {
        try await changing.run {
            let known = self.file.streams
            if known[stream.name] != nil { throw Faults.exists(stream.name, self.id) }
            guard known.count < FirehoseLimits.streams else {
                throw Faults.limit("You have already consumed your firehose quota of \(FirehoseLimits.streams) Firehose streams.")
            }
            if stream.source == nil {
                if self.store.exists(stream.name) { try self.store.delete(stream.name) }
                do throws(SluiceError) {
                    var configuration = StreamConfiguration(retentionHours: FirehoseLimits.waitHours)
                    configuration.isEncrypted = stream.encryption != nil
                    try self.store.create(stream.name, configuration)
                } catch {
                    throw error.code == .invalidOption ? Faults.invalid(error.message) : error as any Error
                }
            } else {
                var progress = Progress(createdMicros: stream.createdMicros)
                let source = try RecordSource.kinesis(stream, self.world)
                progress.sourceMicros = try source.createdMicros()
                progress.next = try source.ends()
                source.close()
                try progress.write(self.progressPath(stream.name))
            }
            try self.file.change { $0[stream.name] = stream }
            try self.begin(stream)
        }
    }

    /// Changes what is remembered of a stream.
    @discardableResult
    func change(_ name: String, _ body: (inout DeliveryStream) throws(ServiceFault) -> Void) throws -> DeliveryStream {
        let changed = try file.change { streams in
            guard var stream = streams[name] else { throw Faults.noStream(name, self.id) }
            try body(&stream)
            streams[name] = stream
            return stream
        }
        try worker(name).update(changed)
        return changed
    }

    /// - Parameter delivering: Whether what waits is delivered before, as far as that succeeds.
    func delete(_ name: String, delivering: Bool) async throws {
        try await changing.run {
            let stream = try self.stream(name)
            let worker = try self.worker(name)
            await worker.stop(delivering: delivering, deleting: true)
            self.workers.withLock { $0[name] = nil }
            try self.file.change { $0[name] = nil }
            if stream.source == nil { try self.store.delete(name) }
            try? DiskFiles.removeTree(self.progressPath(name))
        }
    }

    func close() async {
        await withTaskGroup { group in
            for worker in workers.withLock({ Array($0.values) }) { group.addTask { await worker.stop(delivering: true) } }
        }
    }
}

/// One after another, across suspensions.
final class AsyncTurn: Sendable {
    private let semaphore = AsyncSemaphore(1)

    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        await semaphore.acquire()
        defer { semaphore.release() }
        return try await body()
    }
}
