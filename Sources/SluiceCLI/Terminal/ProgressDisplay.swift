/// Draws a `ProgressLine` on a channel: a bar on a terminal, quiet lines elsewhere.
///
/// Rewriting a line needs only a carriage return and blanks, so that no cursor sequence is ever sent.
struct ProgressDisplay: Sendable {
    enum Mode: Sendable {
        /// One line that is redrawn.
        case bar
        /// A line now and then.
        case lines
    }

    /// Milliseconds between two redrawings of the bar.
    static let redrawMilliseconds = 100
    /// Seconds between two quiet lines.
    static let lineSeconds = 10.0

    private let channel: OutputChannel
    private let mode: Mode
    private var line: ProgressLine
    private var drawnColumns = 0
    private var nextLineSeconds = ProgressDisplay.lineSeconds
    private var wasWaiting = false

    init(name: String, channel: OutputChannel) {
        self.channel = channel
        mode = channel.isTerminal ? .bar : .lines
        line = ProgressLine(name: name)
    }

    mutating func show(_ reading: ProgressLine.Reading, at seconds: Double) {
        line.update(reading, at: seconds)
        switch mode {
        case .bar:
            // The last column stays free: writing it makes some terminals begin a new line.
            let text = line.bar(width: channel.width - 1, style: channel.style)
            let columns = line.bar(width: channel.width - 1, style: .plain).count
            channel.write("\r" + text + String(repeating: " ", count: max(0, min(drawnColumns, channel.width - 1) - columns)))
            drawnColumns = columns
        case .lines:
            let begins = line.waiting != nil && !wasWaiting
            wasWaiting = line.waiting != nil
            guard seconds >= nextLineSeconds || begins else { return }
            nextLineSeconds = (seconds / Self.lineSeconds).rounded(.down) * Self.lineSeconds + Self.lineSeconds
            channel.writeLine(line.logLine)
        }
    }

    /// Removes the bar, so that other text can be written.
    mutating func clear() {
        guard drawnColumns > 0 else { return }
        channel.write("\r" + String(repeating: " ", count: min(drawnColumns, channel.width - 1)) + "\r")
        drawnColumns = 0
    }
}
