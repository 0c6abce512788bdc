import SluiceCore
import SluicePipelines

extension ReadBatch {
    /// Rows and rejects with their ordinals, so that it can be told which records stand before which row.
    ///
    /// A reject whose reader does not say where it stood stands where its line, row or sequence number does.
    var numbered: ReadBatch {
        var numbered = self
        numbered.batch.ordinals = .dense(first: 0, count: batch.rowCount)
        guard !rejects.isEmpty, let positions = batch.origin?.positions else { return numbered }
        for index in rejects.indices where rejects[index].ordinal == nil {
            guard let position = rejects[index].location?.position else { continue }
            numbered.rejects[index].ordinal = Int64(positions.count(before: position, in: batch.rowCount))
        }
        return numbered
    }
}

extension SourceLocation {
    fileprivate var position: Int64? {
        switch self {
        case .file(_, let line, _): line.map { Int64($0) }
        case .shard(_, _, let sequence): Int64(sequence)
        }
    }
}

extension Origin.Positions {
    /// How many of `count` ascending positions are below one.
    fileprivate func count(before position: Int64, in count: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
