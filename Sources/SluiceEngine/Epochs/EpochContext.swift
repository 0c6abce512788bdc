import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// What the steps of one epoch know of it.
struct EpochContext: Sendable {
    /// Counts the epochs of the pipeline, over all runs.
    let number: Int
    /// Names of the splits, by the number of their input.
    var splitNames: [String]
    /// Names of the splits of other sources that are followed, by the index of the step that reads them, and the number of their input.
    var followedSplits: [Int: [String]] = [:]
    /// Splits, of all sources, that later epochs may go on with.
    let openSplits: Set<String>
    /// When the epoch was cut, in microseconds since 1970.
    let nowMicros: Int64
    /// What lasts longer than the epoch.
    let states: StepStates
    /// Dead letters are read again: they say nothing of how far event time has come.
    var isReplay = false
    /// The only route that rows of an input may enter, by the input's number.
    var routes: [Int: String] = [:]
    /// Rows that begin at a step, by its index in the plan.
    var entries: [Int: PlannedSource] = [:]

    func splitName(ofInput number: Int) -> String { splitNames.indices.contains(number) ? splitNames[number] : "" }

    func splitName(ofInput number: Int, followedBy step: Int) -> String {
        guard let names = followedSplits[step], names.indices.contains(number) else { return "" }
        return names[number]
    }

    /// A place of a batch that comes behind those of all earlier epochs. Batches far behind in an epoch share places.
    func place(of position: BatchPosition) -> UInt64 {
        let input = UInt64(min(position.inputNumber, 0xFFF)) << 20
        let piece = UInt64(min(position.pieceNumber, 0x3FFF)) << 6
        return UInt64(truncatingIfNeeded: number) << 32 | input | piece | UInt64(min(position.batchNumber, 0x3F))
    }
}

extension PlannedSource {
    /// The source as it is now: in an epoch of a run, what came since it was planned belongs to it.
    func renewed(in epoch: EpochContext?) async throws -> PlannedSource {
        guard epoch != nil, let source = source as? any RenewableSource else { return self }
        var copy = self
        copy.source = try await source.renewed()
        return copy
    }
}

/// What the steps of a pipeline keep between its epochs, by the step's index in the plan.
final class StepStates: Sendable {
    struct Step: Sendable {
        /// Index in the plan.
        var index: Int
        var name: String
        var state: any StepState
    }

    /// A table that a step joins with, in memory.
    private struct Table: Sendable {
        var probing: any ProbingOperator
        var readAt: Int64
    }

    /// Steps that keep something, as the plan has them.
    let inOrder: [Step]
    /// How long tables are kept, by the index of the step that joins with them.
    private let refresh: [Int: Int64]
    private let tables = Mutex<[Int: Table]>([:])
    /// Joins within a time, by the step's index; each has two of the states.
    private let joins: [Int: IntervalState]

    /// - Parameter limitBytes: What each step may hold in memory.
    init(_ plan: LogicalPlan, limitBytes: Int = EngineLimits.stateBytes) {
        var steps: [Step] = []
        var joins: [Int: IntervalState] = [:]
        var upstream: IntervalState?
        for (index, step) in plan.allSteps.enumerated() {
            func add(_ state: any StepState) { steps.append(Step(index: index, name: step.name, state: state)) }
            switch step.operation {
            case .window(let operation):
                if case .count(let rows) = operation.kind {
                    add(CountedWindows(operation, size: rows, outputSchema: step.outputSchema, limitBytes: limitBytes))
                    continue
                }
                add(
                    WindowState(
                        operation, outputSchema: step.outputSchema, upstream: upstream, step: step.name, limitBytes: limitBytes))
                upstream = nil
            case .sample(.every(let count)): add(SampleState(every: count))
            case .quality(let quality):
                if let window = quality.window { add(JudgedRows(window, columns: quality.columns, step.outputSchema)) }
            case .relationalize(let operation): if operation.numbersRows { add(RowNumbers(operation)) }
            case .deduplicateWithin(let operation): add(RecentRows(operation, upstream: upstream, limitBytes: limitBytes))
            case .join(let join):
                guard let match = join.interval else { continue }
                let plan = IntervalPlan(join, match, outputSchema: step.outputSchema)
                let state = IntervalState(plan, upstream: upstream, limitBytes: limitBytes)
                add(state.input)
                add(state.table)
                joins[index] = state
                upstream = state
            default: continue
            }
        }
        inOrder = steps
        self.joins = joins
        var refresh: [Int: Int64] = [:]
        for (index, step) in plan.allSteps.enumerated() {
            if case .join(let join) = step.operation { refresh[index] = join.refreshMicros }
        }
        self.refresh = refresh
    }

    /// Steps of joins within a time whose other side is ahead of the input; nil where an input is ahead of the other side.
    var stepsAhead: Set<Int?> {
        var ahead: Set<Int?> = []
        for (index, join) in joins {
            switch join.leader {
            case .input: ahead.insert(nil)
            case .table: ahead.insert(index)
            case nil: continue
            }
        }
        return ahead
    }

    /// The table that a step joins with, if it was read lately.
    ///
    /// - Parameter now: In microseconds since 1970.
    func table(ofStep index: Int, notBefore now: Int64) -> (any ProbingOperator)? {
        tables.withLock { tables in
            guard let table = tables[index], now - table.readAt < refresh[index] ?? 0 else { return nil }
            return table.probing
        }
    }

    /// Keeps a table for later epochs; one that went to disk is read anew each time.
    func keep(_ probing: any ProbingOperator, ofStep index: Int, readAt: Int64) {
        guard probing is JoinProbing else { return }
        tables.withLock { $0[index] = Table(probing: probing, readAt: readAt) }
    }

    /// The state of the step at an index of the plan.
    subscript(index: Int) -> (any StepState)? { inOrder.first { $0.index == index }?.state }

    /// Splits that might go on when the states were kept.
    var openSplits: Set<String> { inOrder.reduce(into: []) { $0.formUnion($1.state.watermark.openSplits) } }

    /// The join within a time at an index of the plan.
    func join(ofStep index: Int) -> IntervalState? { joins[index] }

    /// Whether the silence of splits moves a watermark.
    func wouldMove(now: Int64) -> Bool {
        inOrder.contains { joins[$0.index] == nil && $0.state.wouldMove(now: now) } || joins.values.contains { $0.wouldMove(now: now) }
    }
}
