import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

/// The pipelines that `up` follows, side by side, and how others take their place while it works.
struct UpPipelines: Sendable {
    /// A definition that was checked; without a plan where what it reads or writes was away.
    struct Planned: Sendable {
        var definition: PipelineDefinition
        var plan: LogicalPlan?
    }

    let session: Session
    let catalog: Catalog
    let supervisor: PipelineSupervisor
    let isQuiet: Bool
    private let changes: AsyncStream<[Planned]>
    private let continuation: AsyncStream<[Planned]>.Continuation

    init(_ session: Session, _ catalog: Catalog, options: RunOptions, follow: FollowOptions, isQuiet: Bool) {
        self.session = session
        self.catalog = catalog
        self.isQuiet = isQuiet
        supervisor = PipelineSupervisor(
            catalog: catalog, streams: session.streams, home: session.home, options: options, follow: follow)
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Lets other pipelines take the place of those that are followed. What is not among them ends, behind what it commits; what has changed, or
    /// has stopped, begins there anew; the others go on.
    func replace(with planned: [Planned]) { continuation.yield(planned) }

    /// Follows pipelines until the task is cancelled, or until none of them can go on.
    ///
    /// - Parameter lasts: Others may come when none is left.
    /// - Returns: What became of each, in the order in which they came.
    @concurrent func run(_ first: [Planned], lasts: Bool) async -> [PipelineSupervisor.Outcome] {
        await withTaskGroup(of: Event.self) { group in
            var work = Work()
            for planned in first { begin(planned, &work, &group) }
            group.addTask { await change() }
            while !work.active.isEmpty || lasts && !Task.isCancelled, let event = await group.next() {
                switch event {
                case .ended(let number, let outcome): work.end(number, outcome)
                case .changed(let planned):
                    work.cancel(allBut: planned)
                    for planned in planned where work.active[planned.definition.name] == nil { begin(planned, &work, &group) }
                    group.addTask { await change() }
                case .unchanged: break
                }
            }
            group.cancelAll()
            return work.outcomes
        }
    }

    private enum Event: Sendable {
        case ended(Int, PipelineSupervisor.Outcome)
        case changed([Planned])
        case unchanged
    }

    /// What is followed, and what became of what was.
    private struct Work {
        /// By the pipeline's name, with the definition's text.
        var active: [String: (number: Int, text: String)] = [:]
        /// The last task of each pipeline; the next one begins behind it.
        var tasks: [String: Task<PipelineSupervisor.Outcome, Never>] = [:]
        /// Pipelines that were begun so far.
        var count = 0
        var outcomes: [PipelineSupervisor.Outcome] = []

        mutating func cancel(allBut planned: [Planned]) {
            let texts = Dictionary(planned.map { ($0.definition.name, $0.definition.text) }, uniquingKeysWith: { $1 })
            for (name, (_, text)) in active where texts[name] != text {
                tasks[name]?.cancel()
                active[name] = nil
            }
        }

        mutating func end(_ number: Int, _ outcome: PipelineSupervisor.Outcome) {
            if active[outcome.pipeline]?.number == number { active[outcome.pipeline] = nil }
            guard let index = outcomes.firstIndex(where: { $0.pipeline == outcome.pipeline }) else { return }
            outcomes[index].rowsRead += outcome.rowsRead
            outcomes[index].rowsWritten += outcome.rowsWritten
            outcomes[index].rejected += outcome.rejected
            outcomes[index].restarts += outcome.restarts
            outcomes[index].failure = outcome.failure
        }
    }

    private func change() async -> Event {
        for await planned in changes { return .changed(planned) }
        return .unchanged
    }

    private func begin(_ planned: Planned, _ work: inout Work, _ group: inout TaskGroup<Event>) {
        let name = planned.definition.name
        let before = work.tasks[name]
        let task = Task {
            // Two runs of one pipeline would keep each other from committing.
            _ = await before?.value
            return await follow(planned)
        }
        work.count += 1
        work.active[name] = (work.count, planned.definition.text)
        work.tasks[name] = task
        if !work.outcomes.contains(where: { $0.pipeline == name }) { work.outcomes.append(.init(of: name)) }
        group.addTask { [number = work.count] in
            await withTaskCancellationHandler {
                .ended(number, await task.value)
            } onCancel: {
                task.cancel()
            }
        }
    }

    private func follow(_ planned: Planned) async -> PipelineSupervisor.Outcome {
        let definition = planned.definition
        return await supervisor.run(definition.name, planned.plan) {
            try await Planner.plan(definition, in: session.planContext(for: definition, catalog: catalog))
        } tell: { event in
            show(event, definition.name)
        }
    }

    private func show(_ event: PipelineSupervisor.Event, _ pipeline: String) {
        let console = session.console
        switch event {
        case .running:
            if !isQuiet { console.err.writeLine("\(pipeline): running") }
        case .waiting(let failure, let pause):
            console.warning("\(pipeline): waits \(HumanText.duration(seconds: Double(pause.components.seconds))) after \(failure.oneLine)")
        case .stopped(let failure):
            console.warning("\(pipeline): stopped: \(failure.oneLine)")
        }
    }

    /// What became of pipelines, for a person and for a program.
    static func report(_ outcomes: [PipelineSupervisor.Outcome]) -> Report {
        var table = TextTable([
            .init("pipeline", isWhole: true), .init("state"), .init("rows in", .right), .init("rows out", .right),
            .init("dead letters", .right), .init("restarts", .right),
        ])
        for outcome in outcomes {
            table.add([
                outcome.pipeline, outcome.failure == nil ? "ended" : "stopped", HumanText.grouped(outcome.rowsRead),
                HumanText.grouped(outcome.rowsWritten), HumanText.grouped(outcome.rejected), HumanText.grouped(Int64(outcome.restarts)),
            ])
        }
        let json = Value.object([
            "pipelines": .list(
                outcomes.map { outcome in
                    .object([
                        "pipeline": .string(outcome.pipeline), "state": .string(outcome.failure == nil ? "ended" : "stopped"),
                        "rows_in": .integer(outcome.rowsRead), "rows_out": .integer(outcome.rowsWritten),
                        "dead_letters": .integer(outcome.rejected), "restarts": .integer(Int64(outcome.restarts)),
                        "error": outcome.failure.map(ErrorReport.json) ?? .null,
                    ])
                })
        ])
        return Report(
            outcomes.isEmpty ? [] : [.table(table)], json: json, status: outcomes.contains { $0.failure != nil } ? .failed : .done)
    }
}

extension SluiceError {
    /// Place, message and remedy in one line.
    fileprivate var oneLine: String {
        (location.map { "\($0): " } ?? "") + "\(code): \(message)" + (remedy.map { "; \($0)" } ?? "")
    }
}
