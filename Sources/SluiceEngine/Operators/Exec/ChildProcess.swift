import CSystemCalls
import Glibc
import SluiceCore
import SluicePipelines

/// A program that reads and writes lines or other bytes, with bounded memory for what is between. Owned by one task at a time; killed, with what it started,
/// when it is let go of.
final class ChildProcess: @unchecked Sendable {
    private let process: Int32
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private let timeout: TimeSpan
    /// Whether what it writes is lines.
    private let writesLines: Bool
    private var pending: [UInt8] = []
    private var written = 0
    /// Whole lines, and the beginning of one.
    private var received: [UInt8] = []
    /// Of the whole lines received: where each ends, behind its line end.
    private(set) var lineEnds: [Int] = []
    /// The end of what it wrote on its standard error.
    private(set) var lastWords: [UInt8] = []
    private var status: Int32?

    /// - Throws: `execFailed` where it cannot be started.
    init(_ command: [String], directory: String, timeout: TimeSpan, writesLines: Bool = true) throws(SluiceError) {
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var ends: [Int32] = [-1, -1, -1]
        var process: Int32 = -1
        let failure = sluice_spawn(&words, directory, &ends, &process)
        guard failure == 0 else {
            throw SluiceError(
                .execFailed, "cannot start \(command[0].quotedForMessage): \(String(cString: strerror(failure)))",
                remedy: failure == ENOENT ? "install it, or name it with its path" : nil)
        }
        self.process = process
        (input, output, errors) = (ends[0], ends[1], ends[2])
        self.timeout = timeout
        self.writesLines = writesLines
    }

    deinit {
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
        guard status == nil else { return }
        kill(-process, SIGKILL)
        waitpid(process, nil, 0)
    }

    var hasPending: Bool { written < pending.count }
    var hasEnded: Bool { output < 0 }

    /// Queues bytes for its standard input.
    func send(_ bytes: [UInt8]) {
        if hasPending {
            pending.append(contentsOf: bytes)
        } else {
            (pending, written) = (bytes, 0)
        }
    }

    func forgetPending() { (pending, written) = ([], 0) }

    func closeInput() {
        if input >= 0, !hasPending {
            close(input)
            input = -1
        }
    }

    /// The first whole lines, with the ends of each.
    func takeLines(_ count: Int) -> (bytes: [UInt8], ends: [Int]) {
        let ends = Array(lineEnds.prefix(count))
        guard let length = ends.last else { return ([], []) }
        let bytes = Array(received[..<length])
        received.removeFirst(length)
        lineEnds = lineEnds.dropFirst(count).map { $0 - length }
        return (bytes, ends)
    }

    /// Of a program that writes no lines: how many bytes wait.
    var receivedCount: Int { received.count }

    /// These bytes.
    func takeBytes() -> [UInt8] {
        defer { received = [] }
        return received
    }

    /// Writes and reads until a condition holds or its output has ended.
    ///
    /// - Throws: `execFailed` where nothing moves for too long, or a line is too long; `CancellationError`.
    func exchange(until isDone: () -> Bool) throws {
        let clock = ContinuousClock()
        var moved = clock.now
        while !isDone(), !hasEnded {
            try Task.checkCancellation()
            var polled = [pollfd(fd: hasPending ? input : -1, events: Int16(POLLOUT), revents: 0)]
            polled += [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, 3, ExecLimits.pollMillis) > 0 else {
                if clock.now - moved > .microseconds(timeout.micros) { throw failure("did nothing for \(timeout)") }
                continue
            }
            if polled[0].revents != 0 { write() }
            if polled[1].revents != 0 { try readOutput() }
            if polled[2].revents != 0 { readErrors() }
            moved = clock.now
        }
    }

    private func write() {
        let count = pending.withUnsafeBytes { Glibc.write(input, $0.baseAddress! + written, $0.count - written) }
        if count > 0 {
            written += count
        } else if errno != EAGAIN && errno != EINTR {
            // It reads no more; whether that is an error, its end and its rows tell.
            written = pending.count
            close(input)
            input = -1
        }
    }

    private func readOutput() throws {
        let start = received.count
        guard let count = read(&output, into: &received), writesLines else { return }
        for index in start..<start + count where received[index] == UInt8(ascii: "\n") { lineEnds.append(index + 1) }
        guard received.count - (lineEnds.last ?? 0) <= ExecLimits.lineBytes else {
            throw failure("wrote a line of more than \(ExecLimits.lineBytes >> 20) MiB")
        }
    }

    private func readErrors() {
        guard read(&errors, into: &lastWords) != nil else { return }
        if lastWords.count > ExecLimits.lastWordsBytes { lastWords.removeFirst(lastWords.count - ExecLimits.lastWordsBytes) }
    }

    /// - Returns: How many bytes came; nil at the end, where the descriptor is closed.
    private func read(_ descriptor: inout Int32, into bytes: inout [UInt8]) -> Int? {
        var buffer = [UInt8](repeating: 0, count: ExecLimits.readBytes)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 {
            bytes.append(contentsOf: buffer[..<count])
            return count
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return 0 }
        close(descriptor)
        descriptor = -1
        return nil
    }

    /// Its output has ended: waits for its end.
    ///
    /// - Throws: `execFailed` where it does not end, ends with another code than 0, or left a line without its end.
    func finish() throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .microseconds(timeout.micros)
        if input >= 0 {
            close(input)
            input = -1
        }
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            try Task.checkCancellation()
            if clock.now > deadline { throw failure("ended its output, but not itself, for \(timeout)") }
            if errors >= 0 {
                var polled = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
                if poll(&polled, 1, 10) > 0 { readErrors() }
            } else {
                usleep(2_000)
            }
        }
        self.status = status
        while errors >= 0 {
            var polled = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
            // What it started may hold the pipe open for ever.
            guard poll(&polled, 1, 0) > 0 else { break }
            readErrors()
        }
        let signal = status & 0x7F
        if signal != 0 { throw failure("was ended by signal \(signal)") }
        let code = status >> 8 & 0xFF
        if code != 0 { throw failure("ended with exit code \(code)") }
        if writesLines, received.count > (lineEnds.last ?? 0) { throw failure("ended within a line") }
    }

    /// What it wrote last on its standard error, by lines.
    var lastLines: [String] {
        String(decoding: lastWords, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(ExecLimits.shownLines)
            .map { String($0.prefix(ExecLimits.shownCharacters)) }
    }

    func failure(_ fact: String) -> SluiceError {
        let words = lastLines.isEmpty ? "" : "; its last words: " + lastLines.joined(separator: " | ")
        return SluiceError(.execFailed, "the program \(fact)\(words)")
    }
}

/// Bounds of programs that are steps.
enum ExecLimits {
    static let lineBytes = 16 << 20
    static let readBytes = 64 << 10
    /// Bytes of lines from which on rows are handed on.
    static let chunkBytes = 1 << 20
    static let lastWordsBytes = 4 << 10
    static let shownLines = 5
    static let shownCharacters = 200
    /// How often a program that does nothing is looked at.
    static let pollMillis: Int32 = 100
    /// Bytes of one message of a program that writes Arrow.
    static let messageBytes = 256 << 20
}

extension SluiceError.Code {
    static let execFailed = Self("exec-failed")
}
