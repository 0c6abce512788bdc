import SluiceCore
import SluicePipelines

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
    /// Whether all open windows are handed on.
    var isLast = false

    func splitName(ofInput number: Int) -> String { splitNames.indices.contains(number) ? splitNames[number] : "" }

    /// A place of a batch that comes behind those of all earlier epochs. Batches far behind in an epoch share places.
    func place(of position: BatchPosition) -> UInt64 {
        let input = UInt64(min(position.inputNumber, 0xFFF)) << 20
        let piece = UInt64(min(position.pieceNumber, 0x3FFF)) << 6
        return UInt64(truncatingIfNeeded: number) << 32 | input | piece | UInt64(min(position.batchNumber, 0x3F))
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
        var window: WindowState
    }

    /// Steps with windows, as the plan has them.
    let inOrder: [Step]

    init(_ plan: LogicalPlan) {
        inOrder = plan.steps.enumerated().compactMap { index, step in
            guard case .window(let operation) = step.operation else { return nil }
            let columns = step.outputSchema.fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
            return Step(
                index: index, name: step.name, fingerprint: "\(step.summary) -> \(columns)",
                window: WindowState(operation, outputSchema: step.outputSchema))
        }
    }

    /// The state of the step at an index of the plan.
    subscript(index: Int) -> WindowState? { inOrder.first { $0.index == index }?.window }

    /// Whether the silence of splits moves a watermark.
    func wouldMove(now: Int64) -> Bool { inOrder.contains { $0.window.watermark.wouldMove(now: now) } }
}
