import Glibc
import SluiceCore
import SluiceStreams
import Synchronization

/// `stream.meta` of a stream that another process may be changing: read again when it was replaced.
final class RemoteMetadata: Sendable {
    /// What tells a file from the one that took its place.
    private struct Stamp: Equatable {
        var inode: UInt64
        var seconds: Int
        var nanoseconds: Int
    }

    private struct State {
        var stamp: Stamp?
        var version = 0
        var metadata: StreamMetadata
        var openShards: Set<Int>
    }

    private let path: String
    private let name: String
    private let tag: UInt64
    private let state: Mutex<State>

    init(directory: String, _ metadata: StreamMetadata) {
        path = directory + "/" + StreamMetadata.fileName
        name = metadata.name
        tag = metadata.tag
        state = Mutex(State(metadata: metadata, openShards: metadata.openNumbers))
    }

    /// What the file says now, and a number that changes with it.
    ///
    /// - Throws: `notFound` when the stream was removed, also if another one has its name; what reading throws.
    /// - Complexity: one `stat` while the file is the same.
    func current() throws(SluiceError) -> (metadata: StreamMetadata, version: Int) {
        guard let stamp = stamp() else { throw gone() }
        return try state.withLock { state throws(SluiceError) in
            if state.stamp != stamp {
                let metadata = try StreamMetadata.read(path)
                guard metadata.tag == tag else { throw gone() }
                state = State(stamp: stamp, version: state.version + 1, metadata: metadata, openShards: metadata.openNumbers)
            }
            return (state.metadata, state.version)
        }
    }

    /// Whether more records are to be expected in a shard.
    func isOpen(_ shard: Int) -> Bool {
        guard (try? current()) != nil else { return false }
        return state.withLock { $0.openShards.contains(shard) }
    }

    /// How often waiting readers look: together at most 4,000 times a second, and each at most 100 times.
    var pollInterval: Duration { .microseconds(max(10_000, 250 * state.withLock { $0.metadata.shards.count })) }

    private func stamp() -> Stamp? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        return Stamp(inode: UInt64(found.st_ino), seconds: found.st_mtim.tv_sec, nanoseconds: found.st_mtim.tv_nsec)
    }

    private func gone() -> SluiceError {
        SluiceError(.notFound, "stream \"\(name)\" was deleted", at: .file(path: path))
    }
}

extension StreamMetadata {
    fileprivate var openNumbers: Set<Int> { Set(openShards.map(\.id.number)) }
}
