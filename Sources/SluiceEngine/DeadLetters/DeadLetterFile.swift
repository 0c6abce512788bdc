import Glibc
import SluiceCatalog
import SluiceCore
import Synchronization

/// The dead letters of one run, a JSON object a line; made when the first one comes.
///
/// Written under a temporary name beside its final one; `close` makes it durable, and the run's commit renames it.
final class DeadLetterFile: Sendable {
    private struct State {
        var descriptor: Int32?
        var buffer: [UInt8] = []
        /// Whether records that ended the run were kept at their place.
        var hasStopped = false
    }

    static let bufferBytes = 1 << 16

    let path: String
    let stagedPath: String
    /// Where the definition wants a copy; nil for none.
    private let copy: OutputCommit.Rename?
    private let state = Mutex(State())

    /// - Parameter prefix: A directory that gets a copy, of the same name.
    init(path: String, prefix: String? = nil) {
        self.path = path
        stagedPath = path + ".part"
        let name = path.split(separator: "/").last.map(String.init) ?? path
        copy = prefix.map { .init(staged: "\($0)/.\(name).part", final: "\($0)/\(name)") }
    }

    /// What an abandoned run may leave behind.
    var stagedPaths: [String] { [stagedPath] + [copy?.staged].compactMap(\.self) }

    /// What makes a closed file visible.
    var renames: [OutputCommit.Rename] { [.init(staged: stagedPath, final: path)] + [copy].compactMap(\.self) }

    func append(_ letters: [DeadLetter]) throws {
        try state.withLock { state in
            for letter in letters {
                letter.value.appendJSON(to: &state.buffer)
                state.buffer.append(UInt8(ascii: "\n"))
            }
            if state.descriptor == nil { state.descriptor = try create() }
            if state.buffer.count >= Self.bufferBytes { try flush(&state) }
        }
    }

    /// Takes letters as the lines that they were kept as.
    func append(lines: [[UInt8]]) throws {
        try state.withLock { state in
            for line in lines { state.buffer += line + [UInt8(ascii: "\n")] }
            if state.descriptor == nil, !lines.isEmpty { state.descriptor = try create() }
            if state.buffer.count >= Self.bufferBytes { try flush(&state) }
        }
    }

    /// Makes the file durable under its temporary name.
    ///
    /// - Returns: whether there is one.
    func close() throws -> Bool {
        try state.withLock { state in
            guard let descriptor = state.descriptor else { return false }
            try flush(&state)
            guard fsync(descriptor) == 0 else { throw SluiceError.system(errno, cannot: "sync", stagedPath) }
            Glibc.close(descriptor)
            state.descriptor = nil
            if let copy { try Self.copy(stagedPath, to: copy.staged) }
            return true
        }
    }

    /// Puts records that end the run where the definition wants them, at once: nothing of the run is committed that could do it. The first
    /// ones stay, whatever else fails meanwhile.
    ///
    /// - Returns: The file; nil where no place was named.
    func stop(with letters: [DeadLetter]) throws(SluiceError) -> String? {
        guard let copy else { return nil }
        try state.withLock { state throws(SluiceError) in
            guard !state.hasStopped else { return }
            state.hasStopped = true
            var bytes: [UInt8] = []
            for letter in letters {
                letter.value.appendJSON(to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
            try DiskFiles.createDirectories(DiskFiles.parent(of: copy.final))
            try DiskFiles.writeAtomically(bytes, to: copy.final)
        }
        return copy.final
    }

    /// A durable copy of a file of any size.
    private static func copy(_ path: String, to target: String) throws(SluiceError) {
        try DiskFiles.createDirectories(DiskFiles.parent(of: target))
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { Glibc.close(source) }
        let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", target) }
        defer { Glibc.close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, cannot: "read", path) }
            if count == 0 { break }
            try DiskFiles.write(Array(buffer[..<count]), to: descriptor, path: target)
        }
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", target) }
        try DiskFiles.syncDirectory(DiskFiles.parent(of: target))
    }

    /// Removes what an abandoned run wrote.
    func discard() {
        state.withLock { state in
            if let descriptor = state.descriptor { Glibc.close(descriptor) }
            state.descriptor = nil
            state.buffer = []
        }
        for path in stagedPaths { unlink(path) }
    }

    private func create() throws(SluiceError) -> Int32 {
        if let slash = stagedPath.lastIndex(of: "/") { try DiskFiles.createDirectories(String(stagedPath[..<slash])) }
        let descriptor = open(stagedPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", stagedPath) }
        return descriptor
    }

    private func flush(_ state: inout State) throws(SluiceError) {
        guard let descriptor = state.descriptor else { return }
        try DiskFiles.write(state.buffer, to: descriptor, path: stagedPath)
        state.buffer.removeAll(keepingCapacity: true)
    }
}
