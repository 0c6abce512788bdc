import SluiceCore

/// Lines of the shell that were written before: a file of the state, one line each, newest last.
struct QueryHistory: Sendable {
    static let fileName = "query_history"
    static let lines = 1_000

    private let home: String
    private(set) var entries: [String]

    init(home: String) {
        self.home = home
        let text = (try? DiskFiles.read(home + "/" + Self.fileName)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        entries = Array(text.split(separator: "\n").map(String.init).suffix(Self.lines))
    }

    /// Keeps a line; only where there is a state, because a shell makes none.
    mutating func add(_ line: String) {
        guard !line.isEmpty, entries.last != line else { return }
        entries.append(line)
        if entries.count > Self.lines { entries.removeFirst(entries.count - Self.lines) }
        guard DiskFiles.kind(of: home) == .directory else { return }
        try? DiskFiles.writeAtomically(Array((entries.joined(separator: "\n") + "\n").utf8), to: home + "/" + Self.fileName)
    }
}
