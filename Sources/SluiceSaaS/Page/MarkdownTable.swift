/// A table of a page of documentation.
enum MarkdownTable {
    /// Its lines; one that says so where there are no rows.
    static func lines(_ head: [String], _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return ["None."] }
        return ["| \(head.joined(separator: " | ")) |", "|\(head.map { _ in "---" }.joined(separator: "|"))|"]
            + rows.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
    }
}
