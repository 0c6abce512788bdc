import Glibc
import SluiceCatalog
import SluiceCore
import Synchronization

/// Where a program's text goes: standard output, standard error, or memory in tests.
///
/// A reader that went away (`sluice … | head`) is no failure: what is written then is dropped, and `isClosed` tells loops to stop.
final class OutputChannel: Sendable {
    private enum Target { case descriptor(Int32), memory }

    private struct State {
        var written: [UInt8] = []
        var isClosed = false
        /// `errno` of the first write that failed for another reason than a reader that went away.
        var failure: Int32?
    }

    /// The width where nobody says how wide the reader is.
    static let defaultWidth = 80
    static let widths = 20...10_000

    let isTerminal: Bool
    let style: TextStyle
    private let target: Target
    private let fixedWidth: Int?
    private let state = Mutex(State())

    /// A channel of the process. `environment` gives a variable's value.
    init(descriptor: Int32, environment: (String) -> String?) {
        target = .descriptor(descriptor)
        isTerminal = isatty(descriptor) == 1
        let isPlain = !(environment("NO_COLOR") ?? "").isEmpty || environment("TERM") == "dumb"
        style = isTerminal && !isPlain ? .coloured : .plain
        fixedWidth = environment("COLUMNS").flatMap { Int($0) }.map { min(max($0, Self.widths.lowerBound), Self.widths.upperBound) }
    }

    /// A channel that keeps what is written.
    init(memoryOfWidth width: Int = OutputChannel.defaultWidth, isTerminal: Bool = false, style: TextStyle = .plain) {
        target = .memory
        self.isTerminal = isTerminal
        self.style = style
        fixedWidth = width
    }

    /// Columns of the reader: what `COLUMNS` says, the terminal's width now, or 80.
    var width: Int {
        if let fixedWidth { return fixedWidth }
        guard case .descriptor(let number) = target, isTerminal else { return Self.defaultWidth }
        var size = winsize()
        guard ioctl(number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return Self.defaultWidth }
        return max(Int(size.ws_col), Self.widths.lowerBound)
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Everything that was written to a channel of memory.
    var written: String { state.withLock { String(decoding: $0.written, as: UTF8.self) } }

    func write(_ text: String) { write(Array(text.utf8)) }
    func writeLine(_ text: String) { write(text + "\n") }

    /// Secrets that the process has read are hidden.
    func write(_ bytes: [UInt8]) {
        let bytes = KnownSecrets.masked(bytes)
        state.withLock { state in
            guard !state.isClosed else { return }
            switch target {
            case .memory: state.written += bytes
            case .descriptor(let number): Self.write(bytes, to: number, &state)
            }
        }
    }

    /// - Throws: the error of a write that failed, such as a full disk behind `> file`.
    func throwIfFailed() throws(SluiceError) {
        guard let number = state.withLock({ $0.failure }) else { return }
        throw .system(number, cannot: "write to", "standard output")
    }

    private static func write(_ bytes: [UInt8], to number: Int32, _ state: inout State) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                var ready = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                if errno != EPIPE { state.failure = errno }
                state.isClosed = true
                return
            }
        }
    }
}
