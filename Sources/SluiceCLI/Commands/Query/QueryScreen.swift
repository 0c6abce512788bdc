import Glibc
import SluiceConnectors
import SluiceCore
import Synchronization

/// Where drawn rows go: standard output, a pager where they do not fit on a terminal, or a file.
final class QueryScreen: Sendable {
    private enum Target { case console, pager(UnsafeMutablePointer<FILE>), file(Int32, staged: String, path: String) }
    private struct State: @unchecked Sendable { var target: Target }

    private let console: Console
    private let usesPager: Bool
    private let state: Mutex<State>

    /// - Throws: `alreadyExists`; what creating a file throws.
    init(_ console: Console, output: String?, replaces: Bool, usesPager: Bool) throws(SluiceError) {
        self.console = console
        self.usesPager = usesPager && output == nil && console.out.isTerminal
        guard let output, output != "-" else {
            state = Mutex(State(target: .console))
            return
        }
        if !replaces, DiskFiles.kind(of: output) != nil {
            throw SluiceError(
                .alreadyExists, "the file \(output.quotedForMessage) exists", at: .file(path: output),
                remedy: "with --force it is replaced, or choose another name")
        }
        let staged = output + ".tmp-\(getpid())"
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", staged) }
        state = Mutex(State(target: .file(descriptor, staged: staged, path: output)))
    }

    /// Lines of the terminal; nil where the reader is none.
    var height: Int? {
        guard usesPager else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        return Int(size.ws_row)
    }

    /// Columns that lines may have.
    var width: Int {
        state.withLock { state in
            if case .console = state.target, console.out.isTerminal { return console.out.width }
            return OutputChannel.widths.upperBound
        }
    }

    var style: TextStyle {
        state.withLock { state in if case .console = state.target { console.out.style } else { .plain } }
    }

    /// Sends what follows to a pager, if there is one.
    func startPager() {
        let given = Environment.value("PAGER") ?? ""
        guard usesPager, let pipe = popen(given.isEmpty ? "less -SRFX" : given, "w") else { return }
        state.withLock { $0.target = .pager(pipe) }
    }

    /// - Throws: `readerGone` where nobody reads any more; what writing throws.
    func write(_ text: String) throws {
        try state.withLock { state in
            switch state.target {
            case .console:
                console.out.write(text)
                if console.out.isClosed { throw SluiceError(.readerGone, "nobody reads standard output any more") }
            case .pager(let pipe):
                let bytes = Array(text.utf8)
                if fwrite(bytes, 1, bytes.count, pipe) < bytes.count {
                    throw SluiceError(.readerGone, "nobody reads the pager's input any more")
                }
            case .file(let descriptor, let staged, _): try DiskFiles.write(Array(text.utf8), to: descriptor, path: staged)
            }
        }
    }

    /// Waits for a pager, and puts a file in place.
    func close() throws {
        try state.withLock { state in
            switch state.target {
            case .console: break
            case .pager(let pipe): pclose(pipe)
            case .file(let descriptor, let staged, let path):
                Glibc.close(descriptor)
                guard rename(staged, path) == 0 else { throw SluiceError.system(errno, cannot: "replace", path) }
            }
            state.target = .console
        }
    }

    /// Ends without a result.
    func abandon() {
        state.withLock { state in
            switch state.target {
            case .console: break
            case .pager(let pipe): pclose(pipe)
            case .file(let descriptor, let staged, _):
                Glibc.close(descriptor)
                unlink(staged)
            }
            state.target = .console
        }
    }
}
