package import SluiceCore

/// One step at work: takes batches in order, hands on batches in order.
///
/// Stateless operators are copied to every task; an operator with state (`isSerial`) sees all rows in source order in one task.
package protocol StepOperator: Sendable {
    /// Whether the operator must see all rows, in source order, in one task.
    static var isSerial: Bool { get }
    /// Takes one batch and returns what can be handed on already; rows that fail are appended to `rejects`.
    mutating func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch]
    /// The input has ended.
    mutating func finish(rejects: inout [Reject]) throws -> [Batch]
    /// True once further input cannot change the result.
    var isSatisfied: Bool { get }
}

extension StepOperator {
    package static var isSerial: Bool { false }
    package mutating func finish(rejects: inout [Reject]) throws -> [Batch] { [] }
    package var isSatisfied: Bool { false }
}

/// Makes sure that a step's state stays within `EngineLimits.stateBytes`.
struct StateBudget: Sendable {
    let step: String
    let limitBytes: Int

    init(step: String, limitBytes: Int = EngineLimits.stateBytes) {
        self.step = step
        self.limitBytes = limitBytes
    }

    func check(_ bytes: Int) throws(SluiceError) {
        guard bytes > limitBytes else { return }
        throw SluiceError(
            .limitExceeded,
            "step \"\(step)\" needs more than \(limitBytes < 1 << 20 ? "\(limitBytes) bytes" : "\(limitBytes >> 20) MiB") of memory for its state",
            remedy: "filter or select before the step, or raise the limit with --memory")
    }
}
