import SluiceCore
import SluicePipelines
import Synchronization

/// Carries out a workload: a task for each of `width` workers, which take splits in order; rows leave through writers of the sink.
struct Executor {
    let workload: Workload
    let sink: any Sink
    let outputSchema: Schema
    let run: String
    let rejects: RejectHandler
    let progress: RunProgress
    let keepsRaw: Bool

    /// What travels from the workers to the serial task.
    private enum Parcel: Sendable {
        case batch(Batch)
        /// The groups of one split, when the first serial step aggregates.
        case groups(GroupedState)
        /// What was rejected before the batches that follow.
        case rejects(CollectedRejects.Group)
    }

    /// - Returns: what all writers staged.
    func execute() async throws -> [StagedFile] {
        try await workload.serial.isEmpty ? executeParallel() : executeSerial()
    }

    // MARK: No step needs all rows in order: every worker has its writer

    private func executeParallel() async throws -> [StagedFile] {
        let queue = WorkQueue(workload.items)
        return try await withThrowingTaskGroup(of: [StagedFile].self) { group in
            for worker in 0..<min(workload.width, max(1, workload.items.count)) {
                group.addTask { try await runWorker(worker, queue) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func runWorker(_ worker: Int, _ queue: WorkQueue) async throws -> [StagedFile] {
        let output = Output(writer: try await sink.open(schema: outputSchema, run: run, writer: worker), progress: progress)
        while let (_, item) = queue.take() {
            var chain = Chain(links: item.prefix + workload.parallel, rejects: rejects, progress: progress)
            try await read(item, rejects) { batch in
                for result in try chain.push(batch) { try await output.write(result) }
            }
            for result in try chain.finish() { try await output.write(result) }
        }
        return try await output.finish()
    }

    // MARK: Some step needs all rows in order: one task behind the workers

    private func executeSerial() async throws -> [StagedFile] {
        let queues = workload.items.map { _ in BoundedQueue<Parcel>(limit: EngineLimits.queueBytes / max(1, workload.width)) }
        let work = WorkQueue(workload.items)
        return try await withThrowingTaskGroup(of: [StagedFile].self) { group in
            for _ in 0..<min(workload.width, max(1, workload.items.count)) {
                group.addTask {
                    try await produce(work, queues)
                    return []
                }
            }
            group.addTask { try await consume(queues) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func produce(_ work: WorkQueue, _ queues: [BoundedQueue<Parcel>]) async throws {
        let aggregate = workload.serial.first?.step as? AggregateOperator
        while let (index, item) = work.take() {
            defer { queues[index].finish() }
            let outlet = Outlet(queue: queues[index], groups: aggregate?.emptyState())
            var chain = Chain(links: item.prefix + workload.parallel, rejects: outlet.rejects, progress: progress)
            do {
                try await read(item, outlet.rejects) { batch in try await send(try chain.push(batch), outlet) }
                try await send(try chain.finish(), outlet)
                if let groups = outlet.groups { try await outlet.queue.send(.groups(groups), weight: groups.byteCount) }
            } catch is CancellationError where !Task.isCancelled {
                // The consumer had enough.
            } catch {
                // The consumer must not take a failed split for a short one.
                for queue in queues { queue.abandon() }
                throw error
            }
        }
    }

    /// How one split's rows reach the serial task.
    private struct Outlet: Sendable {
        let queue: BoundedQueue<Parcel>
        /// Non-nil when the first serial step aggregates: rows end here.
        let groups: GroupedState?
        /// Rejects take the same way as rows, so that those behind a reached limit do not count, however fast they were found.
        let rejects = CollectedRejects()
    }

    private func send(_ batches: [Batch], _ outlet: Outlet) async throws {
        for batch in batches {
            guard let groups = outlet.groups else { continue }
            var rejected: [Reject] = []
            try groups.update(batch, rejects: &rejected)
            let link = workload.serial[0]
            progress.update { [count = rejected.count] snapshot in
                snapshot.steps[link.index].rowsIn += Int64(batch.rowCount)
                snapshot.steps[link.index].rejected += Int64(count)
            }
            if !rejected.isEmpty { outlet.rejects.take(rejected, step: link.name) }
        }
        for group in outlet.rejects.drain() { try await outlet.queue.send(.rejects(group), weight: group.byteCount) }
        guard outlet.groups == nil else { return }
        for batch in batches { try await outlet.queue.send(.batch(batch), weight: batch.byteCount) }
    }

    private func consume(_ queues: [BoundedQueue<Parcel>]) async throws -> [StagedFile] {
        let output = Output(writer: try await sink.open(schema: outputSchema, run: run, writer: 0), progress: progress)
        var chain = Chain(links: workload.serial, rejects: rejects, progress: progress)
        reading: for queue in queues {
            while let parcel = await queue.receive() {
                try Task.checkCancellation()
                switch parcel {
                case .batch(let batch):
                    for result in try chain.push(batch) { try await output.write(result) }
                case .groups(let groups): try chain.absorb(groups)
                case .rejects(let group): try rejects.take(group.rejects, step: group.step)
                }
                if chain.isSatisfied { break reading }
            }
        }
        for queue in queues { queue.abandon() }
        for result in try chain.finish() { try await output.write(result) }
        return try await output.finish()
    }

    // MARK: Splits

    /// Reads a split to its end.
    private func read(_ item: WorkItem, _ rejects: any RejectTaking, _ body: (Batch) async throws -> Void) async throws {
        let reader = try await item.source.source.open(item.split, columns: item.source.columns, keepsRaw: keepsRaw)
        var bytesSeen: Int64 = 0
        while let read = try await reader.next() {
            try Task.checkCancellation()
            let bytes = reader.bytesRead
            progress.update { snapshot in
                snapshot.rowsRead += Int64(read.batch.rowCount)
                snapshot.bytesRead += bytes - bytesSeen
            }
            bytesSeen = bytes
            if !read.rejects.isEmpty { try rejects.take(read.rejects, step: "source") }
            if read.batch.rowCount > 0 || !read.rejects.isEmpty { try await body(read.batch) }
        }
        progress.update { [bytesSeen] in $0.bytesRead += reader.bytesRead - bytesSeen }
    }
}

/// Splits in order, one to whoever asks next.
private final class WorkQueue: Sendable {
    private let items: [WorkItem]
    private let next = Mutex(0)

    init(_ items: [WorkItem]) { self.items = items }

    func take() -> (index: Int, item: WorkItem)? {
        let index = next.withLock { index in
            defer { index += 1 }
            return index
        }
        return index < items.count ? (index, items[index]) : nil
    }
}

/// A writer with its counts.
private final class Output {
    private let writer: any SinkWriter
    private let progress: RunProgress
    private var bytesSeen: Int64 = 0

    init(writer: any SinkWriter, progress: RunProgress) {
        self.writer = writer
        self.progress = progress
    }

    func write(_ batch: Batch) async throws {
        try await writer.write(batch)
        report(rows: batch.rowCount)
    }

    func finish() async throws -> [StagedFile] {
        let staged = try await writer.finish()
        report(rows: 0)
        return staged
    }

    private func report(rows: Int) {
        let bytes = writer.bytesWritten
        progress.update { [bytesSeen] snapshot in
            snapshot.rowsWritten += Int64(rows)
            snapshot.bytesWritten += bytes - bytesSeen
        }
        bytesSeen = bytes
    }
}
