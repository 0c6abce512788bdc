import Glibc
import SluiceCore
import Synchronization

/// The dead letters of one run, a JSON object a line; made when the first one comes.
///
/// Written under a temporary name beside its final one; `close` makes it durable, and the run's commit renames it.
final class DeadLetterFile: Sendable {
    private struct State {
        var descriptor: Int32?
        var buffer: [UInt8] = []
        var isClosed = false
    }

    static let bufferBytes = 1 << 16

    let path: String
    let stagedPath: String
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
        stagedPath = path + ".part"
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
            return true
        }
    }

    /// Removes what an abandoned run wrote.
    func discard() {
        state.withLock { state in
            if let descriptor = state.descriptor { Glibc.close(descriptor) }
            state.descriptor = nil
            state.buffer = []
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
