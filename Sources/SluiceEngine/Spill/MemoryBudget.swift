import Synchronization

/// The bytes that all steps of a run may hold at once. Whoever gets none puts its state on disk.
package final class MemoryBudget: Sendable {
    package let limitBytes: Int
    private let used = Atomic<Int>(0)

    package init(limitBytes: Int) { self.limitBytes = max(0, limitBytes) }

    package var usedBytes: Int { used.load(ordering: .relaxed) }

    /// Takes bytes, if there are as many.
    package func reserve(_ bytes: Int) -> Bool {
        let before = used.wrappingAdd(bytes, ordering: .relaxed).oldValue
        if before + bytes <= limitBytes { return true }
        used.wrappingSubtract(bytes, ordering: .relaxed)
        return false
    }

    /// Takes bytes that are needed to go on at all, whatever is left.
    package func take(_ bytes: Int) { used.wrappingAdd(bytes, ordering: .relaxed) }

    package func release(_ bytes: Int) { used.wrappingSubtract(bytes, ordering: .relaxed) }
}

/// What one owner holds of a budget; given back when it goes.
final class MemoryShare {
    private let budget: MemoryBudget
    private(set) var bytes = 0

    init(_ budget: MemoryBudget) { self.budget = budget }

    deinit { budget.release(bytes) }

    /// Makes the share as large as `bytes`. False, and the share as it was, where it would have to grow and there is nothing left.
    func resize(to bytes: Int) -> Bool {
        if bytes > self.bytes {
            guard budget.reserve(bytes - self.bytes) else { return false }
        } else {
            budget.release(self.bytes - bytes)
        }
        self.bytes = bytes
        return true
    }

    /// Makes the share as large as `bytes`, even beyond the budget: for the one batch that is at work.
    func force(to bytes: Int) {
        budget.take(bytes - self.bytes)
        self.bytes = bytes
    }
}
