import SluiceCore
import SluiceStreams
import Synchronization

/// The last batches of producers in a shard's ancestors, for the part of the hashes that was theirs: a batch that was stored before a split or
/// merge and is sent again after it is stored once all the same.
struct Heritage: Hashable, Sendable {
    /// The ancestor, and its whole range: its rows of a batch are those in it.
    var shard: ShardID
    var ancestor: HashRange
    /// The part of it that the shard has.
    var range: HashRange
    var producers: ProducerTable

    /// What of it a child with this range inherits.
    func narrowed(to child: HashRange) -> Heritage? {
        let first = max(range.first, child.first)
        let last = min(range.last, child.last)
        guard first <= last, !producers.entries.isEmpty else { return nil }
        return Heritage(shard: shard, ancestor: ancestor, range: HashRange(first: first, last: last), producers: producers)
    }

    /// The `heritage` file of a shard; there is none where nothing is inherited.
    static func write(_ all: [Heritage], to path: String) throws(SluiceError) {
        if all.isEmpty { return }
        var writer = NumberWriter()
        writer.put(UInt32(all.count))
        for heritage in all {
            writer.put(UInt32(heritage.shard.number))
            for bound in [heritage.ancestor.first, heritage.ancestor.last, heritage.range.first, heritage.range.last] { writer.put(bound) }
            writer.put(UInt32(heritage.producers.entries.count))
            writer.put(heritage.producers)
        }
        try DiskFiles.writeAtomically(writer.finished(), to: path)
    }

    /// - Throws: `stateCorrupt` for a damaged file.
    static func read(_ path: String) throws(SluiceError) -> [Heritage] {
        guard DiskFiles.kind(of: path) != nil else { return [] }
        guard var reader = NumberReader(checking: try DiskFiles.read(path)), let all = parse(&reader) else {
            throw SluiceError(
                .stateCorrupt, "\(path.quotedForMessage) is damaged", at: .file(path: path),
                remedy: "remove the file; batches that producers sent before the shard was made may then be stored twice")
        }
        return all
    }

    private static func parse(_ reader: inout NumberReader) -> [Heritage]? {
        guard let count = reader.take(UInt32.self) else { return nil }
        var all: [Heritage] = []
        for _ in 0..<count {
            guard let shard = reader.take(UInt32.self), let first = reader.take(UInt128.self), let last = reader.take(UInt128.self),
                let from = reader.take(UInt128.self),
                let through = reader.take(UInt128.self), first <= last, from <= through, let producerCount = reader.take(UInt32.self),
                let producers = reader.takeProducers(Int(producerCount))
            else { return nil }
            all.append(
                Heritage(
                    shard: ShardID(Int(shard)), ancestor: HashRange(first: first, last: last),
                    range: HashRange(first: from, last: through), producers: producers))
        }
        return all
    }
}

extension ShardLog {
    /// What children of this shard inherit: its own producers, and what it inherited itself as far as its records have not expired.
    func heritage(of own: ShardRecord) -> [Heritage] {
        let cutoff = cutoffMicros
        let recent = inherited.filter { $0.producers.entries.values.contains { $0.micros >= cutoff } }
        return recent + [Heritage(shard: own.id, ancestor: own.range, range: own.range, producers: state.withLock { $0.producers })]
    }
}
