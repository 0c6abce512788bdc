import Glibc
import SluiceCore

/// How a program ends by itself.
extension ChildProcess {
    /// Its output has ended: waits for its end.
    ///
    /// - Throws: `execFailed` where it does not end, ends with another code than 0, or left a line without its end.
    package func finish() throws {
        let deadline = beginEnd()
        while try !hasExited(before: deadline) {
            if errors >= 0 {
                var polled = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
                if poll(&polled, 1, 10) > 0 { readErrors() }
            } else {
                usleep(2_000)
            }
        }
        try judgeEnd()
    }

    /// As the other one, but the thread is free while it waits.
    package func finishSuspending() async throws {
        let deadline = beginEnd()
        while try !hasExited(before: deadline) {
            drainErrors()
            try await Task.sleep(for: ProcessLimits.longestPause)
        }
        try judgeEnd()
    }

    private func beginEnd() -> ContinuousClock.Instant {
        if input >= 0 {
            close(input)
            input = -1
        }
        return .now + patience.duration
    }

    private func hasExited(before deadline: ContinuousClock.Instant) throws -> Bool {
        guard status == nil else { return true }
        var ended: Int32 = 0
        if waitpid(process, &ended, WNOHANG) != 0 {
            noteEnd(ended)
            return true
        }
        try Task.checkCancellation()
        if .now > deadline { throw failure("ended its output, but not itself, for \(patience.text)") }
        return false
    }

    private func judgeEnd() throws {
        drainErrors()
        let status = status ?? 0
        let signal = status & 0x7F
        if signal != 0 { throw failure("was ended by signal \(signal)") }
        let code = status >> 8 & 0xFF
        if code != 0 { throw failure("ended with exit code \(code)") }
        if writesLines, received.count > (lineEnds.last ?? 0) { throw failure("ended within a line") }
    }

    /// Reads what is there. What the program started may hold the pipe open for ever.
    private func drainErrors() {
        while errors >= 0 {
            var polled = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { return }
            readErrors()
        }
    }
}
