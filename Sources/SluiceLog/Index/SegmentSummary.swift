import SluiceCore

/// The `.index` file of a closed segment: its index, and the producers of the shard at its end (`docs/formats/stream.md`).
///
/// It only saves time: where it is missing or damaged, the segment's headers are walked.
struct SegmentSummary: Hashable, Sendable {
    private static let magic: UInt32 = 0x4955_4C53  // "SLUI" in file order
    private static let version: UInt16 = 1

    var index: SegmentIndex
    var producers: ProducerTable
    /// Arrival of the last frame.
    var lastMicros: Int64

    var bytes: [UInt8] {
        var writer = NumberWriter()
        writer.put(Self.magic)
        writer.put(Self.version)
        writer.put(UInt16(0))
        writer.put(UInt32(index.entries.count))
        writer.put(UInt32(producers.entries.count))
        writer.put(lastMicros)
        for entry in index.entries {
            writer.put(entry.sequence)
            writer.put(entry.micros)
            writer.put(UInt32(entry.place))
        }
        writer.put(producers)
        return writer.finished()
    }

    init(index: SegmentIndex, producers: ProducerTable, lastMicros: Int64) {
        self.index = index
        self.producers = producers
        self.lastMicros = lastMicros
    }

    /// Nil for bytes that are no summary.
    init?(_ bytes: [UInt8]) {
        guard var reader = NumberReader(checking: bytes), reader.take(UInt32.self) == Self.magic, reader.take(UInt16.self) == Self.version,
            reader.take(UInt16.self) == 0, let entries = reader.take(UInt32.self), let producerCount = reader.take(UInt32.self),
            let lastMicros = reader.take(Int64.self), Int(entries) <= bytes.count / 20
        else { return nil }
        var index = SegmentIndex()
        for _ in 0..<entries {
            guard let sequence = reader.take(UInt64.self), let micros = reader.take(Int64.self), let place = reader.take(UInt32.self) else {
                return nil
            }
            index.restore(SegmentIndex.Entry(sequence: sequence, micros: micros, place: Int(place)))
        }
        guard let producers = reader.takeProducers(Int(producerCount)) else { return nil }
        self.index = index
        self.producers = producers
        self.lastMicros = lastMicros
    }

    static func read(_ path: String) -> SegmentSummary? {
        guard let bytes = try? DiskFiles.read(path) else { return nil }
        return SegmentSummary(bytes)
    }
}

extension NumberWriter {
    /// Each as id, batch, rows, time, number of runs, and the runs.
    mutating func put(_ table: ProducerTable) {
        for (id, entry) in table.entries.sorted(by: { $0.key < $1.key }) {
            put(id)
            put(entry.batch)
            put(UInt32(entry.rowsTotal))
            put(entry.micros)
            put(UInt32(entry.runs.count))
            for run in entry.runs {
                put(run.lowerBound)
                put(UInt32(run.count))
            }
        }
    }
}

extension NumberReader {
    mutating func takeProducers(_ count: Int) -> ProducerTable? {
        var table = ProducerTable()
        for _ in 0..<count {
            guard let id = take(UInt64.self), let batch = take(UInt64.self), let rows = take(UInt32.self), let micros = take(Int64.self),
                let runCount = take(UInt32.self)
            else { return nil }
            var runs: [Range<UInt64>] = []
            for _ in 0..<runCount {
                guard let first = take(UInt64.self), let count = take(UInt32.self), first <= UInt64.max - UInt64(count) else { return nil }
                runs.append(first..<(first + UInt64(count)))
            }
            table.restore(id, ProducerTable.Entry(batch: batch, runs: runs, rowsTotal: Int(rows), micros: micros))
        }
        return table
    }
}
