import Glibc
import SluiceCore
import Synchronization

/// An object that can be read from any place: what was taken of it is kept, in memory first, then in a file without a name.
///
/// Readers of text take its start only; a format that begins at the end takes all of it.
final class SpooledAccess: RandomAccess {
    private struct State {
        var source: (any ByteSource & Sendable)?
        var memory: [UInt8] = []
        /// Holds all that was taken, once it is more than memory is to hold; -1: none.
        var file: Int32 = -1
        var taken: Int64 = 0
    }

    let byteCount: Int64
    private let path: String
    private let state: Mutex<State>

    private static let chunkBytes = 256 << 10

    init(_ source: any ByteSource & Sendable, byteCount: Int64, path: String) {
        self.byteCount = byteCount
        self.path = path
        state = Mutex(State(source: source))
    }

    deinit { state.withLock { if $0.file >= 0 { close($0.file) } } }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard offset >= 0, !buffer.isEmpty else { return 0 }
        nonisolated(unsafe) let target = buffer
        return try state.withLock { state throws(SluiceError) in
            try pull(&state, to: offset + Int64(target.count))
            let count = Int(max(0, min(Int64(target.count), state.taken - offset)))
            if count == 0 { return 0 }
            guard state.file >= 0 else {
                target.copyBytes(from: state.memory[Int(offset)..<(Int(offset) + count)])
                return count
            }
            var filled = 0
            while filled < count {
                let got = pread(state.file, target.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw .system(errno, cannot: "read", path) }
                filled += got
            }
            return filled
        }
    }

    /// Takes the source up to a place, or to its end.
    private func pull(_ state: inout State, to end: Int64) throws(SluiceError) {
        while state.taken < end, var source = state.source {
            var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
            var failure: SluiceError?
            var count = 0
            chunk.withUnsafeMutableBytes { bytes in
                do throws(SluiceError) { count = try source.read(into: bytes) } catch { failure = error }
            }
            if let failure { throw failure }
            state.source = count == 0 ? nil : source
            if count > 0 { try keep(chunk[..<count], &state) }
        }
    }

    private func keep(_ bytes: ArraySlice<UInt8>, _ state: inout State) throws(SluiceError) {
        if state.file < 0, state.taken + Int64(bytes.count) > Int64(CrawlLimits.spooledBytes) {
            state.file = try Self.unnamedFile()
            try Self.write(state.memory[...], to: state.file)
            state.memory = []
        }
        if state.file >= 0 { try Self.write(bytes, to: state.file) } else { state.memory += bytes }
        state.taken += Int64(bytes.count)
    }

    private static var directory: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    private static func unnamedFile() throws(SluiceError) -> Int32 {
        var template = Array("\(directory)/sluice-object-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw .system(errno, cannot: "create a file in", directory) }
        unlink(template)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        return file
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to file: Int32) throws(SluiceError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(errno, cannot: "write to", directory) }
            written += count
        }
    }
}
