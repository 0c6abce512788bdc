import SluiceCore
import Synchronization

/// Indexes of closed segments that were read lately, of all streams of the process: a reader that is opened anywhere in a stream does not
/// read and check the whole index of a segment again.
final class IndexMemory: Sendable {
    static let shared = IndexMemory(capacity: LogLimits.rememberedIndexes)

    /// A segment of any stream; the tag of a stream is random, so that a stream that is made again has other keys.
    struct Key: Hashable, Sendable {
        var tag: UInt64
        var directory: String
        var base: UInt64
    }

    private struct State {
        var indexes: [Key: (index: SegmentIndex, lastUse: UInt64)] = [:]
        var uses: UInt64 = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    /// The index of a closed segment; an empty one, which is not remembered, where its file is missing or damaged.
    func index(_ key: Key, read: () -> SegmentIndex?) -> SegmentIndex {
        let known = state.withLock { state -> SegmentIndex? in
            state.uses += 1
            state.indexes[key]?.lastUse = state.uses
            return state.indexes[key]?.index
        }
        if let known { return known }
        guard let index = read() else { return SegmentIndex() }
        state.withLock { state in
            if state.indexes.count >= capacity, let oldest = state.indexes.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.indexes[oldest.key] = nil
            }
            state.indexes[key] = (index, state.uses)
        }
        return index
    }

    /// Forgets the segments of a stream, which are about to be repaired.
    func forget(tag: UInt64) { state.withLock { $0.indexes = $0.indexes.filter { $0.key.tag != tag } } }
}
