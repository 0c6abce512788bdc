import Glibc
import SluiceCore

/// Reads lines from a terminal with `LineEditor`; where the terminal cannot be set up, as it sends them.
final class LineTerminal {
    private let channel: OutputChannel
    private var keys = KeyReader()
    private var waiting: [Key] = []
    private var saved = termios()

    init(_ channel: OutputChannel) { self.channel = channel }

    enum Line: Equatable { case text(String), cancelled, end }

    /// Shows a prompt and reads a line.
    func read(_ prompt: String, _ editor: inout LineEditor, complete: LineEditor.Completion) throws(SluiceError) -> Line {
        guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return readPlain(prompt) }
        var raw = saved
        cfmakeraw(&raw)
        // Output stays as it is: a line end also goes to the first column.
        raw.c_oflag = saved.c_oflag
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 else { return readPlain(prompt) }
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &saved) }
        draw(prompt, editor)
        while true {
            guard let key = nextKey() else {
                channel.write("\n")
                return .end
            }
            switch editor.press(key, complete: complete) {
            case .draw: draw(prompt, editor)
            case .nothing: continue
            case .clearScreen:
                channel.write("\u{1B}[H\u{1B}[2J")
                draw(prompt, editor)
            case .offer(let words):
                channel.write(
                    "\n" + TextWrap.lines(words.prefix(60).joined(separator: "  "), width: channel.width, indent: 0).joined(separator: "\n")
                        + "\n")
                draw(prompt, editor)
            case .submit(let text):
                channel.write("\n")
                return .text(text)
            case .cancel:
                channel.write("^C\n")
                return .cancelled
            case .quit:
                channel.write("\n")
                return .end
            }
        }
    }

    private func nextKey() -> Key? {
        while waiting.isEmpty {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            waiting = keys.keys(Array(buffer[..<count]))
        }
        return waiting.removeFirst()
    }

    /// The prompt and the part of the line around the cursor that fits beside it.
    private func draw(_ prompt: String, _ editor: LineEditor) {
        let room = max(10, channel.width - DisplayWidth.of(prompt) - 1)
        var start = 0
        func columns(_ range: Range<Int>) -> Int { editor.characters[range].reduce(0) { $0 + DisplayWidth.of($1) } }
        while columns(start..<editor.cursor) > room { start += 1 }
        var end = editor.characters.count
        while end > editor.cursor, columns(start..<end) > room { end -= 1 }
        let shown = CellText.escaped(String(editor.characters[start..<end]))
        let column = DisplayWidth.of(prompt) + columns(start..<editor.cursor)
        channel.write("\r\u{1B}[K" + channel.style.dim(prompt) + shown + "\r" + (column > 0 ? "\u{1B}[\(column)C" : ""))
    }

    private func readPlain(_ prompt: String) -> Line {
        channel.write(prompt)
        guard let line = readLine() else { return .end }
        return .text(line)
    }
}
