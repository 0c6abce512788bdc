import SluiceCore
import SluiceStreams

/// The last batch of each producer that wrote to a shard, so that one that is sent again is stored once.
///
/// - Invariant: at most `LogLimits.producers`; the one that wrote least lately is forgotten first.
struct ProducerTable: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var batch: UInt64
        /// Numbers of the rows that are stored, in the batch's order.
        var runs: [Range<UInt64>]
        /// Rows of the batch that are the shard's.
        var rowsTotal: Int
        /// When it was written last, in microseconds since 1970.
        var micros: Int64

        var rowsStored: Int { runs.reduce(0) { $0 + $1.count } }

        /// Number of the row at a place among the shard's rows of the batch; nil if it is not stored.
        func sequence(ofRow row: Int) -> UInt64? {
            var before = 0
            for run in runs {
                if row < before + run.count { return run.lowerBound + UInt64(row - before) }
                before += run.count
            }
            return nil
        }
    }

    /// What a batch is to a shard.
    enum Standing: Hashable {
        case fresh
        /// So many of its rows are stored.
        case stored(Entry)
        /// A later batch of the producer is stored already.
        case outdated(by: UInt64)
    }

    private(set) var entries: [UInt64: Entry] = [:]

    func standing(of producer: PutBatch.Producer) -> Standing {
        guard let entry = entries[producer.id], entry.batch >= producer.batch else { return .fresh }
        if entry.batch > producer.batch { return .outdated(by: entry.batch) }
        return entry.rowsStored == 0 ? .fresh : .stored(entry)
    }

    /// Takes a frame in, in the order of numbers.
    mutating func note(_ header: FrameHeader) {
        guard let stamp = header.producer else { return }
        var runs = entries[stamp.id].flatMap { $0.batch == stamp.batch ? $0.runs : nil } ?? []
        if let last = runs.last, last.upperBound == header.baseSequence {
            runs[runs.count - 1] = last.lowerBound..<header.sequences.upperBound
        } else {
            runs.append(header.sequences)
        }
        entries[stamp.id] = Entry(batch: stamp.batch, runs: runs, rowsTotal: stamp.rowsTotal, micros: header.arrivalMicros)
        if entries.count > LogLimits.producers, let oldest = entries.min(by: { $0.value.micros < $1.value.micros }) {
            entries.removeValue(forKey: oldest.key)
        }
    }

    /// Takes back all that was noted from a number on: those records were not stored.
    mutating func cut(from sequence: UInt64) {
        for (id, entry) in entries where entry.runs.contains(where: { $0.upperBound > sequence }) {
            entries[id]!.runs = entry.runs.compactMap { run in
                run.lowerBound >= sequence ? nil : run.lowerBound..<min(run.upperBound, sequence)
            }
        }
    }

    mutating func restore(_ id: UInt64, _ entry: Entry) { entries[id] = entry }
}
