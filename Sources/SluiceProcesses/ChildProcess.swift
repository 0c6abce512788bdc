import CSystemCalls
import Glibc
package import SluiceCore

/// A program that reads and writes lines or other bytes, with bounded memory for what is between. Owned by one task at a time; killed, with what it started,
/// when it is let go of.
package final class ChildProcess: @unchecked Sendable {
    let process: Int32
    /// While the program may run.
    private var watch: ChildGuard?
    var input: Int32
    private var output: Int32
    var errors: Int32
    let patience: Patience
    /// Whether what it writes is lines.
    let writesLines: Bool
    private var pending: [UInt8] = []
    private var written = 0
    /// Whole lines, and the beginning of one.
    var received: [UInt8] = []
    /// Of the whole lines received: where each ends, behind its line end.
    package private(set) var lineEnds: [Int] = []
    /// The end of what it wrote on its standard error.
    private(set) var lastWords: [UInt8] = []
    /// Whole lines of its standard error that nobody has taken yet, the newest; and the beginning of one.
    private var errorLines: [String] = []
    private var errorRest: [UInt8] = []
    /// Takes all that it writes on its standard error, as it comes.
    package var onErrors: (@Sendable (ArraySlice<UInt8>) -> Void)?
    private(set) var status: Int32?
    private var moved = ContinuousClock.now

    /// How long a program may do nothing, and what messages call that.
    package struct Patience: Sendable {
        var duration: Duration
        var text: String

        /// - Parameter text: Such as `10 m`.
        package init(micros: Int64, text: String) {
            duration = .microseconds(micros)
            self.text = text
        }
    }

    /// - Throws: `execFailed` where it cannot be started.
    package init(_ command: [String], directory: String, patience: Patience, writesLines: Bool = true) throws(SluiceError) {
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
        watch = ChildGuard(of: process)
        (input, output, errors) = (ends[0], ends[1], ends[2])
        self.patience = patience
        self.writesLines = writesLines
    }

    deinit { end() }

    /// Kills it, with what it started, unless it has ended.
    package func end() {
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
        (input, output, errors) = (-1, -1, -1)
        guard status == nil else { return }
        kill(-process, SIGKILL)
        var ended: Int32 = 0
        waitpid(process, &ended, 0)
        noteEnd(ended)
    }

    /// - Parameter ended: As `waitpid` tells it.
    func noteEnd(_ ended: Int32) {
        status = ended
        watch?.release()
        watch = nil
    }

    package var hasPending: Bool { written < pending.count }
    package var hasEnded: Bool { output < 0 }

    /// Queues bytes for its standard input.
    package func send(_ bytes: [UInt8]) {
        if hasPending {
            pending.append(contentsOf: bytes)
        } else {
            (pending, written) = (bytes, 0)
        }
    }

    /// Drops what is queued and not written.
    package func forgetPending() { (pending, written) = ([], 0) }

    /// Tells the program that nothing more comes, once everything queued is written.
    package func closeInput() {
        if input >= 0, !hasPending {
            close(input)
            input = -1
        }
    }

    /// The first whole lines, with the ends of each.
    package func takeLines(_ count: Int) -> (bytes: [UInt8], ends: [Int]) {
        let ends = Array(lineEnds.prefix(count))
        guard let length = ends.last else { return ([], []) }
        let bytes = Array(received[..<length])
        received.removeFirst(length)
        lineEnds = lineEnds.dropFirst(count).map { $0 - length }
        return (bytes, ends)
    }

    /// Of a program that writes no lines: how many bytes wait.
    package var receivedCount: Int { received.count }

    /// These bytes.
    package func takeBytes() -> [UInt8] {
        defer { received = [] }
        return received
    }

    /// Writes and reads until a condition holds or its output has ended.
    ///
    /// - Throws: `execFailed` where nothing moves for too long, or a line is too long; `CancellationError`.
    package func exchange(until isDone: () -> Bool) throws {
        moved = .now
        while !isDone(), !hasEnded {
            try Task.checkCancellation()
            _ = try step(waitMillis: ProcessLimits.pollMillis)
        }
    }

    /// As the other one, but the thread is free while nothing moves.
    package func exchangeSuspending(until isDone: () -> Bool) async throws {
        moved = .now
        var pause = ProcessLimits.shortestPause
        while !isDone(), !hasEnded {
            try Task.checkCancellation()
            if try step(waitMillis: 0) {
                pause = ProcessLimits.shortestPause
            } else {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, ProcessLimits.longestPause)
            }
        }
    }

    /// Waits for whole lines: as many bytes of them as are wanted, or fewer where nothing more comes at once; none at the end of its output.
    package func receiveLines(bytes: Int) async throws {
        moved = .now
        var pause = ProcessLimits.shortestPause
        while !hasEnded, (lineEnds.last ?? 0) < bytes {
            try Task.checkCancellation()
            if try step(waitMillis: 0) {
                pause = ProcessLimits.shortestPause
            } else if !lineEnds.isEmpty {
                return
            } else {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, ProcessLimits.longestPause)
            }
        }
    }

    /// Writes and reads what can be written and read.
    ///
    /// - Returns: Whether anything moved.
    /// - Throws: `execFailed` where nothing has for too long.
    private func step(waitMillis: Int32) throws -> Bool {
        var polled = [pollfd(fd: hasPending ? input : -1, events: Int16(POLLOUT), revents: 0)]
        polled += [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, 3, waitMillis) > 0 else {
            if .now - moved > patience.duration { throw failure("did nothing for \(patience.text)") }
            return false
        }
        if polled[0].revents != 0 { write() }
        if polled[1].revents != 0 { try readOutput() }
        if polled[2].revents != 0 { readErrors() }
        moved = .now
        return true
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
        guard received.count - (lineEnds.last ?? 0) <= ProcessLimits.lineBytes else {
            throw failure("wrote a line of more than \(ProcessLimits.lineBytes >> 20) MiB")
        }
    }

    func readErrors() {
        let before = lastWords.count
        guard read(&errors, into: &lastWords) != nil else { return }
        errorRest += lastWords[before...]
        onErrors?(lastWords[before...])
        if lastWords.count > ProcessLimits.lastWordsBytes { lastWords.removeFirst(lastWords.count - ProcessLimits.lastWordsBytes) }
        while let end = errorRest.firstIndex(of: UInt8(ascii: "\n")) {
            errorLines.append(Self.shown(errorRest[..<end]))
            errorRest.removeFirst(end + 1)
        }
        if errorRest.count > ProcessLimits.lastWordsBytes { errorRest.removeFirst(errorRest.count - ProcessLimits.lastWordsBytes) }
        if errorLines.count > ProcessLimits.waitingErrorLines { errorLines.removeFirst(errorLines.count - ProcessLimits.waitingErrorLines) }
    }

    /// The lines that came on its standard error since the last call, the newest if there were many.
    package func takeErrorLines() -> [String] {
        defer { errorLines = [] }
        return errorLines
    }

    private static func shown(_ line: some Sequence<UInt8>) -> String {
        String(String(decoding: Array(line), as: UTF8.self).prefix(ProcessLimits.shownCharacters))
    }

    /// - Returns: How many bytes came; nil at the end, where the descriptor is closed.
    private func read(_ descriptor: inout Int32, into bytes: inout [UInt8]) -> Int? {
        var buffer = [UInt8](repeating: 0, count: ProcessLimits.readBytes)
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

    /// What it wrote last on its standard error, by lines.
    package var lastLines: [String] {
        String(decoding: lastWords, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(ProcessLimits.shownLines)
            .map { String($0.prefix(ProcessLimits.shownCharacters)) }
    }

    package func failure(_ fact: String) -> SluiceError {
        let words = lastLines.isEmpty ? "" : "; its last words: " + lastLines.joined(separator: " | ")
        return SluiceError(.execFailed, "the program \(fact)\(words)")
    }
}
