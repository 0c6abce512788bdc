import SluiceCatalog
package import SluiceCore
import Synchronization

/// Copies of rows that go into and come out of steps, made only while somebody looks.
///
/// Costs one relaxed load a batch and step where nobody does.
package final class StepTaps: Sendable {
    /// On which side of the step a row was seen.
    package enum Side: String, Sendable { case into = "in", out }

    /// A row as it passed.
    package struct Row: Sendable {
        package var side: Side
        package var value: Value
    }

    private struct Tap {
        var step: Int
        /// Rows of each side that are still wanted.
        var wanted: [Side: Int]
        var rows: [Row] = []
        var bytes = 0
    }

    /// Rows and bytes that wait to be taken, of one tap; rows that come beyond are not seen.
    static let waitingRows = 1_000
    static let waitingBytes = 4 << 20

    private let count = Atomic<Int>(0)
    private let taps = Mutex<[Int: Tap]>([:])
    private let next = Atomic<Int>(1)

    /// Begins to look.
    ///
    /// - Parameters:
    ///   - step: The step's index in the plan.
    ///   - limit: Rows of each side.
    /// - Returns: the tap's number.
    package func add(step: Int, limit: Int) -> Int {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        taps.withLock { $0[number] = Tap(step: step, wanted: [.into: limit, .out: limit]) }
        count.wrappingAdd(1, ordering: .relaxed)
        return number
    }

    /// Stops looking.
    package func remove(_ number: Int) {
        let removed = taps.withLock { $0.removeValue(forKey: number) }
        if removed != nil { count.wrappingSubtract(1, ordering: .relaxed) }
    }

    /// The rows that were seen since the last call, in the order in which they passed, and whether more are wanted.
    package func take(_ number: Int) -> (rows: [Row], isDone: Bool) {
        taps.withLock { taps in
            guard let tap = taps[number] else { return ([], true) }
            taps[number]?.rows = []
            taps[number]?.bytes = 0
            return (tap.rows, tap.wanted.values.allSatisfy { $0 <= 0 })
        }
    }

    /// Whether each row that was wanted of a tap was seen.
    package func isDone(_ number: Int) -> Bool { taps.withLock { $0[number]?.wanted.values.allSatisfy { $0 <= 0 } ?? true } }

    @inline(__always) func see(_ batch: Batch, _ side: Side, ofStep step: Int) {
        if count.load(ordering: .relaxed) > 0 { copy(batch, side, step) }
    }

    private func copy(_ batch: Batch, _ side: Side, _ step: Int) {
        taps.withLock { taps in
            for (number, tap) in taps where tap.step == step {
                var tap = tap
                let room = min(batch.rowCount, tap.wanted[side] ?? 0, Self.waitingRows - tap.rows.count)
                for row in 0..<max(0, room) where tap.bytes < Self.waitingBytes {
                    let value = KnownSecrets.masked(batch.row(row))
                    tap.rows.append(Row(side: side, value: value))
                    tap.bytes += value.json.utf8.count
                    tap.wanted[side]? -= 1
                }
                taps[number] = tap
            }
        }
    }
}
