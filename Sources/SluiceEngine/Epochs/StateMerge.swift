import Dispatch
import Glibc
import SluiceCore
import Synchronization

/// Neighbouring files of one step that are put together while epochs go on, so that no commit waits for it.
///
/// The bytes of such files one behind another are a file with the rows of all of them, in their order (see `StateFileWriter`).
final class StateMerge: Sendable {
    /// What is put together.
    let sources: [StateFiles.Manifest.File]
    /// The file with all rows.
    let target: StateFiles.Manifest.File
    private let ending = Mutex<Result<Void, SluiceError>?>(nil)

    /// Begins.
    ///
    /// - Parameter sources: At least one, each of them committed.
    init(_ sources: [StateFiles.Manifest.File], to name: String, in directory: String) {
        self.sources = sources
        target = StateFiles.Manifest.File(
            name: name, bytes: sources.reduce(0) { $0 + $1.bytes }, newest: sources.reduce(.min) { max($0, $1.newest) })
        DispatchQueue.global(qos: .utility).async { [self] in
            let paths = sources.map { "\(directory)/\($0.name)" }
            let result = Result { () throws(SluiceError) in try Self.join(paths, "\(directory)/\(name)") }
            ending.withLock { $0 = result }
        }
    }

    /// Whether the file is there, durable.
    ///
    /// - Throws: What kept it from being written.
    func isDone() throws(SluiceError) -> Bool {
        guard let ending = ending.withLock({ $0 }) else { return false }
        try ending.get()
        return true
    }

    private static func join(_ sources: [String], _ target: String) throws(SluiceError) {
        let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw .system(errno, cannot: "create", target) }
        defer { close(output) }
        for source in sources {
            let input = open(source, O_RDONLY | O_CLOEXEC)
            guard input >= 0 else { throw .system(errno, cannot: "open", source) }
            defer { close(input) }
            var place: off_t = 0
            while true {
                let bytes = [UInt8](unsafeUninitializedCapacity: StateLimits.copiedBytes) { buffer, count in
                    repeat { count = pread(input, buffer.baseAddress, buffer.count, place) } while count < 0 && errno == EINTR
                    // An array has no negative count.
                    if count < 0 { (count, place) = (0, -1) }
                }
                guard place >= 0 else { throw .system(errno, cannot: "read", source) }
                if bytes.isEmpty { break }
                try DiskFiles.write(bytes, to: output, path: target)
                place += off_t(bytes.count)
            }
        }
        guard fsync(output) == 0 else { throw .system(errno, cannot: "sync", target) }
        try DiskFiles.syncDirectory(DiskFiles.parent(of: target))
    }
}

/// Which of a step's files are put together, as in a log-structured merge tree.
enum StateMergeChoice {
    /// Rows of all files are few or mostly out of date: the step writes what is left of them anew.
    case whole
    /// The files from this index to the last one, none of which is much larger than all behind it.
    case from(Int)

    /// - Parameters:
    ///   - sizes: Bytes of the files, the oldest first; at least two.
    ///   - smallBytes: What is written at once rather than merged.
    init(_ sizes: [Int], smallBytes: Int) {
        let behind = sizes.dropFirst().reduce(0, +)
        guard behind <= 2 * sizes[0], sizes[0] + behind > smallBytes else {
            self = .whole
            return
        }
        var start = sizes.count - 1
        var size = sizes[start]
        while start > 1, sizes[start - 1] <= 2 * size {
            start -= 1
            size += sizes[start]
        }
        self = .from(start)
    }
}
