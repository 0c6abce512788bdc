import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// The dead letters of one run, a JSON object a line; made when the first one comes.
///
/// Written under a temporary name beside its final one; `close` makes it durable, and the run's commit renames it.
final class DeadLetterFile: Sendable {
    private struct State {
        var descriptor: Int32?
        var buffer: [UInt8] = []
        /// Where records that ended the run were kept.
        var stoppedAt: String?
    }

    /// Where the definition wants a copy.
    private enum Copy {
        case none
        case file(OutputCommit.Rename)
        case outside(any LetterPlace)
    }

    static let bufferBytes = 1 << 16
    private static let suffix = ".jsonl"

    let path: String
    let stagedPath: String
    private let copy: Copy
    private let name: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: Of the archive; its last part is the run's name with `.jsonl`.
    ///   - prefix: A directory that gets a copy, of the same name.
    ///   - place: What gets it in place of a directory.
    init(path: String, prefix: String? = nil, place: (any LetterPlace)? = nil) {
        self.path = path
        stagedPath = path + ".part"
        let name = path.split(separator: "/").last.map(String.init) ?? path
        self.name = name
        if let place {
            copy = .outside(place)
        } else if let prefix {
            copy = .file(.init(staged: "\(prefix)/.\(name).part", final: "\(prefix)/\(name)"))
        } else {
            copy = .none
        }
    }

    /// As the outputs of the run, or of its epoch, are called.
    private var run: String { String(name.dropLast(Self.suffix.count)) }

    /// What an abandoned run may leave behind.
    var stagedPaths: [String] {
        switch copy {
        case .none: [stagedPath]
        case .file(let rename): [stagedPath, rename.staged]
        case .outside(let place): [stagedPath, place.stagingPath(run: run)]
        }
    }

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

    /// Makes the file durable under its temporary name, and its copy.
    ///
    /// - Returns: What makes them visible; nil where no letter came.
    func close() throws -> OutputCommit? {
        let isThere = try state.withLock { state in
            guard let descriptor = state.descriptor else { return false }
            try flush(&state)
            guard fsync(descriptor) == 0 else { throw SluiceError.system(errno, cannot: "sync", stagedPath) }
            Glibc.close(descriptor)
            state.descriptor = nil
            return true
        }
        guard isThere else { return nil }
        var commit = OutputCommit(renames: [.init(staged: stagedPath, final: path)])
        switch copy {
        case .none: break
        case .file(let rename):
            try Self.copy(stagedPath, to: rename.staged)
            commit.renames.append(rename)
        case .outside(let place): commit.add(try place.stage(stagedPath, as: name, run: run))
        }
        return commit
    }

    /// Puts records that end the run where the definition wants them, at once: nothing of the run is committed that could do it. The first
    /// ones stay, whatever else fails meanwhile.
    ///
    /// - Returns: The file; nil where no place was named.
    func stop(with letters: [DeadLetter]) throws(SluiceError) -> String? {
        if case .none = copy { return nil }
        return try state.withLock { state throws(SluiceError) in
            if let place = state.stoppedAt { return place }
            var bytes: [UInt8] = []
            for letter in letters {
                letter.value.appendJSON(to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
            let place = try put(bytes)
            state.stoppedAt = place
            return place
        }
    }

    private func put(_ bytes: [UInt8]) throws(SluiceError) -> String? {
        switch copy {
        case .none: return nil
        case .file(let rename):
            try DiskFiles.createDirectories(DiskFiles.parent(of: rename.final))
            try DiskFiles.writeAtomically(bytes, to: rename.final)
            return rename.final
        case .outside(let place): return try place.put(bytes, as: name)
        }
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
    func discard() async {
        state.withLock { state in
            if let descriptor = state.descriptor { Glibc.close(descriptor) }
            state.descriptor = nil
            state.buffer = []
        }
        switch copy {
        case .none: break
        case .file(let rename): unlink(rename.staged)
        case .outside(let place): await place.discard(run: run)
        }
        unlink(stagedPath)
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
