import Synchronization

/// How many bytes of texts the functions of one expression may still make for one batch: `ExpressionLimits.batchTextBytes` in all.
///
/// Texts that are given up count as well, so that time is bounded with memory.
final class TextBudget: Sendable {
    private let spent = Atomic<Int>(0)

    /// At least 0.
    var left: Int { max(0, ExpressionLimits.batchTextBytes - spent.load(ordering: .relaxed)) }

    func spend(_ bytes: Int) { spent.wrappingAdd(max(0, bytes), ordering: .relaxed) }
}
