import Synchronization

/// How many records may still be printed; shared by the shards' tasks.
final class Allowance: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    var isUsedUp: Bool { left.withLock { $0 == 0 } }

    /// Takes one; false if none is left.
    func take() -> Bool {
        left.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return true
        }
    }
}
