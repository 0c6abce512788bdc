import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceLog

/// The work of one run: reads, through a stream if the plan has one, transforms and stages.
struct RunWork: Sendable {
    let plan: LogicalPlan
    let run: RunID
    let options: RunOptions
    let streams: StreamStore
    let progress: RunProgress
    let rejects: RejectHandler
    /// Where state goes that does not fit into memory; removed when the work is done.
    let spillPath: String

    /// - Returns: what is staged.
    func execute() async throws -> [StagedFile] {
        let splits = try await plan.source.source.splits()
        progress.update { snapshot in
            snapshot.list(plan)
            snapshot.splits = splits.count
            let sizes = splits.compactMap(\.bytes)
            snapshot.bytesTotal = sizes.count == splits.count ? sizes.reduce(0, +) : nil
        }
        guard let definition = plan.stream else {
            let staged = try await execute(plan, width: options.width)
            for source in plan.wholeSources { progress.note(try source.losses()) }
            return staged
        }
        return try await execute(through: definition)
    }

    /// Source to sink.
    private func execute(_ plan: LogicalPlan, width: Int) async throws -> [StagedFile] {
        let resources = OperatorResources(budget: MemoryBudget(limitBytes: options.stateBytes), spill: SpillDirectory(path: spillPath))
        defer { try? DiskFiles.removeTree(spillPath) }
        var builder = SegmentBuilder(plan: plan, resources: resources, rejects: rejects, progress: progress, width: width)
        let executor = Executor(
            tree: try await builder.build(), outputs: plan.outputs, run: run.text, width: width, rejects: rejects, progress: progress,
            keepsRaw: plan.definition.onError != .skip)
        return try await executor.execute()
    }

    /// Source to stream, and at the same time stream to sink, a task a shard.
    private func execute(through definition: StreamDefinition) async throws -> [StagedFile] {
        guard let records = plan.source.source as? any RecordSource else {
            throw SluiceError(
                .invalidOption, "this source has no records that a stream could carry", at: definition.location,
                remedy: "read files, or leave out `stream`")
        }
        let stream = try open(definition)
        defer { stream.close() }
        let starts = try stream.openShards.reduce(into: [:]) { $0[$1] = try stream.endSequence(shard: $1) }
        let ingest = StreamIngest(
            source: plan.source, records: records, stream: stream, key: definition.key, rejects: rejects, progress: progress)
        var streamed = plan
        streamed.source.source = StreamedSource(records: records, stream: stream, starts: starts)
        return try await withThrowingTaskGroup(of: [StagedFile].self) { [streamed] group in
            group.addTask {
                try await ingest.run()
                return []
            }
            group.addTask { try await execute(streamed, width: min(starts.count, EngineLimits.streamTasks)) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func open(_ definition: StreamDefinition) throws -> RecordStream {
        if !streams.exists(definition.name) { try streams.create(definition.name, shards: definition.shards) }
        let stream = try streams.open(definition.name, for: .writing)
        progress.note(stream.recovery.notices(of: stream.name))
        let shards = stream.openShards.count
        guard shards == definition.shards else {
            stream.close()
            throw SluiceError(
                .invalidOption,
                "stream \"\(definition.name)\" has \(shards) shards, and the definition says \(definition.shards)",
                at: definition.location, remedy: "write `shards: \(shards)`, or give the stream another name")
        }
        return stream
    }

    /// What the run's record says about the work so far.
    var report: RunReport { RunReport(progress.snapshot, of: plan) }
}

extension RunReport {
    /// - Parameter counts: Of the run so far.
    init(_ counts: RunProgress.Snapshot, of plan: LogicalPlan) {
        self.init()
        rowsIn = counts.rowsRead
        rowsOut = counts.rowsWritten
        bytesIn = counts.bytesRead
        bytesOut = counts.bytesWritten
        deadLetters = counts.rejected
        leftOut = counts.leftOut == 0 ? nil : counts.leftOut
        let known = plan.notices + counts.lateNotices.filter { !plan.notices.contains($0) }
        notices = known.isEmpty ? nil : known
        let values = plan.definition.parameters.map { Parameter($0.name, value: $0.text) }
        parameters = values.isEmpty ? nil : values
        inputs = [.init(plan.source.summary, rows: counts.rowsRead, bytes: counts.bytesRead)]
        steps = counts.steps.map { .init($0.name, rowsIn: $0.rowsIn, rowsOut: $0.rowsOut, rejected: $0.rejected) }
        if counts.outputs.contains(where: { $0.name != nil }) {
            routes = zip(counts.outputs, plan.outputs).compactMap { count, output in
                count.name.map { .init($0, rowsIn: count.rowsIn, rowsOut: count.rowsOut, target: output.sink.summary) }
            }
            unrouted = counts.unrouted
        }
        if !counts.rules.isEmpty { rules = counts.rules.map { .init($0.name, step: $0.step, condition: $0.condition, failed: $0.failed) } }
    }
}
