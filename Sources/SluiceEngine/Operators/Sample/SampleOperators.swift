import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Keeps a share of the rows, chosen by their hashes.
struct ShareOperator: StepOperator {
    let rows: ShareOfRows

    func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        if rows.columns == nil, let origin = batch.origin {
            let start = Self.start(origin.split, rows.seed)
            if case .numbered(_, _, let numbers) = origin.split {
                // Positions count in the batch; the numbers are the records' own.
                return filtered(
                    batch, by: (0..<batch.rowCount).lazy.map { Self.hash(numbers[Int(origin.position($0))], start) })
            }
            return filtered(batch, by: (0..<batch.rowCount).lazy.map { Self.hash(origin.position($0), start) })
        }
        let result = (rows.columns ?? rows.wholeRow).evaluate(batch)
        guard case .int64(let hashes) = result.column.storage else { preconditionFailure("a hash is a whole number") }
        return filtered(batch, by: hashes.lazy.map { UInt64(bitPattern: $0) })
    }

    private func filtered(_ batch: Batch, by hashes: some Sequence<UInt64>) -> [Batch] {
        let kept = batch.filter(Bitmap(hashes.map { $0 <= rows.limit }))
        return kept.rowCount == 0 ? [] : [kept]
    }

    private static func start(_ split: Origin.Split, _ seed: Int64) -> UInt64 {
        let name =
            switch split {
            case .file(let path): path
            case .shard(let stream, let shard), .numbered(let stream, let shard, _): stream + "\n" + shard
            }
        let mixed = KeyHash.fold(UInt64(bitPattern: seed) ^ 0x9E37_79B9_7F4A_7C15, 0xA076_1D64_78BD_642F)
        return Array(name.utf8).withUnsafeBufferPointer { KeyHash.hash($0, seed: mixed) }
    }

    private static func hash(_ number: String, _ start: UInt64) -> UInt64 {
        Array(number.utf8).withUnsafeBufferPointer { KeyHash.hash($0, seed: start) }
    }

    private static func hash(_ position: Int64, _ start: UInt64) -> UInt64 {
        let first = KeyHash.fold(start ^ UInt64(bitPattern: position), 0xA076_1D64_78BD_642F)
        return KeyHash.fold(first ^ start, 0xE703_7ED1_A0B4_28DB)
    }
}

/// The first row and every n-th behind it.
struct EveryOperator: StepOperator {
    static var isSerial: Bool { true }
    let count: Int
    let state: SampleState

    init(count: Int, state: SampleState? = nil) {
        self.count = count
        self.state = state ?? SampleState(every: count)
    }

    func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        guard state.wait < batch.rowCount else {
            state.wait -= batch.rowCount
            return []
        }
        let positions = stride(from: state.wait, to: batch.rowCount, by: count).map { Int32($0) }
        state.wait = Int(positions[positions.count - 1]) + count - batch.rowCount
        return [batch.gather(positions)]
    }
}
