import SluiceCore
import SluicePipelines
import Synchronization

/// What the steps of one epoch know of it.
struct EpochContext: Sendable {
    /// Counts the epochs of the pipeline, over all runs.
    let number: Int
    /// Names of the splits, by the number of their input.
    let splitNames: [String]
    /// Splits that later epochs may go on with.
    let openSplits: Set<String>
    /// When the epoch was cut, in microseconds since 1970.
    let nowMicros: Int64
    /// What lasts longer than the epoch.
    let states: StepStates

    func splitName(ofInput number: Int) -> String { splitNames.indices.contains(number) ? splitNames[number] : "" }

    /// A place of a batch that comes behind those of all earlier epochs. Batches far behind in an epoch share places.
    func place(of position: BatchPosition) -> UInt64 {
        let input = UInt64(min(position.inputNumber, 0xFFF)) << 20
        let piece = UInt64(min(position.pieceNumber, 0x3FFF)) << 6
        return UInt64(truncatingIfNeeded: number) << 32 | input | piece | UInt64(min(position.batchNumber, 0x3F))
    }
}

extension PlannedSource {
    /// The source as it is now: in an epoch of a run, files that came since it was planned belong to it.
    func renewed(in epoch: EpochContext?) async throws -> PlannedSource {
        guard epoch != nil, let source = source as? any IncrementalSource else { return self }
        let all = try await source.slice(after: [:], SliceRequest(limitBytes: .max, leavesUnfinished: false))
        var copy = self
        copy.source = all?.source ?? source
        return copy
    }
}

/// What the steps of a pipeline keep between its epochs, by the step's index in the plan.
final class StepStates: Sendable {
    struct Step: Sendable {
        /// Index in the plan.
        var index: Int
        var name: String
        /// What the step does; its values are of use only to the same work.
        var fingerprint: String
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

    init(_ plan: LogicalPlan) {
        inOrder = plan.steps.enumerated().compactMap { index, step in
            let state: any StepState
            switch step.operation {
            case .window(let operation): state = WindowState(operation, outputSchema: step.outputSchema)
            case .deduplicateWithin(let operation): state = RecentRows(operation)
            default: return nil
            }
            let columns = step.outputSchema.fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
            return Step(index: index, name: step.name, fingerprint: "\(step.summary) -> \(columns)", state: state)
        }
        var refresh: [Int: Int64] = [:]
        for (index, step) in plan.steps.enumerated() {
            if case .join(let join) = step.operation { refresh[index] = join.refreshMicros }
        }
        self.refresh = refresh
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

    /// Whether the silence of splits moves a watermark.
    func wouldMove(now: Int64) -> Bool { inOrder.contains { $0.state.watermark.wouldMove(now: now) } }
}
