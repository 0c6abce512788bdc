import SluiceCatalog
import SluiceCore
import SluiceEngine

/// A run as it changes, whichever process executes it.
struct RunWatch {
    let run: AnyRun
    let catalog: Catalog
    let console: Console
    let isJSON: Bool

    /// One look.
    struct Look {
        var report: Report
        /// What a place that cannot be drawn over gets.
        var line: String
        var isOver: Bool
    }

    /// - Throws: What the state throws.
    func look() throws -> Look {
        switch run {
        case .job(let run):
            let screen = try JobRunScreen(try catalog.readSchedule { try $0.run(run.id) } ?? run, catalog)
            return Look(report: screen.report, line: screen.line, isOver: screen.run.state.isOver)
        case .pipeline(let before):
            let record = try catalog.run(matching: before.id.text)
            let live = try record.state == .running ? figures(of: record) : nil
            let cancellation = try catalog.readSchedule { try $0.cancellation(of: record.id) }
            var blocks = RunScreen(record: record).detailBlocks
            if let cancellation { blocks += [.blank, .line(cancellation.text, .warning)] }
            if let live { blocks += [.blank] + LiveScreen(live).blocks }
            var line = "\(record.pipeline): \(record.state.rawValue)"
            if let live { line += ", \(HumanText.grouped(live.rowsRead)) rows read, \(HumanText.grouped(live.rowsWritten)) written" }
            return Look(
                report: Report(blocks, json: Self.json(record, cancellation, live)), line: line, isOver: record.state != .running)
        }
    }

    private func figures(of record: RunRecord) throws -> LiveFigures? {
        try LiveDirectory(home: catalog.home).running().first { $0.process == record.process && $0.pipeline == record.pipeline }
    }

    private static func json(_ record: RunRecord, _ cancellation: RunCancellation?, _ live: LiveFigures?) -> Value {
        guard case .structure(let members) = record.json else { return record.json }
        var more: [Value.Member] = []
        if let cancellation {
            more += [.init("cancelled_by", .string(cancellation.author)), .init("cancel_reason", .text(cancellation.reason))]
        }
        if let live { more.append(.init("live", live.json)) }
        return .structure(members + more)
    }

    /// Shows each change until the run ends.
    func follow() async throws {
        let isDrawn = console.out.isTerminal && !isJSON && console.out.style == .coloured
        if isDrawn { console.out.write("\u{1B}[?1049h") }
        defer { if isDrawn { console.out.write("\u{1B}[?1049l") } }
        var shown = ""
        while !console.out.isClosed, !Task.isCancelled {
            let seen = try look()
            let text =
                isJSON
                ? Self.line(seen.report.json) : isDrawn ? seen.report.text(width: console.out.width, style: console.out.style) : seen.line
            if text != shown { console.out.write((isDrawn ? "\u{1B}[H\u{1B}[2J" : "") + text + "\n") }
            shown = text
            if seen.isOver { return }
            try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
    }

    private static let pauseMilliseconds = 300

    private static func line(_ value: Value) -> String {
        var bytes: [UInt8] = []
        value.appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
