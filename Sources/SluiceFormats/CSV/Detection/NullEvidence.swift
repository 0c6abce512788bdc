import SluiceCore

/// Texts that look like they mean null. They are proposed and never applied: `NA` is Namibia's code, and a run that took it for null would
/// have lost it.
struct NullEvidence {
    private static let texts = ["NA", "N/A", "n/a", "NULL", "null", #"\N"#, "-", "--", "None", "#N/A", "?"]

    private(set) var properties: [DialectDetection.Property] = []

    init(_ cells: SampleCells) {
        var found: [String: Int] = [:]
        for column in cells.columns {
            let texts = Self.texts.filter { text in column.contains { $0.elementsEqual(text.utf8) } }
            guard !texts.isEmpty else { continue }
            let others = column.filter { cell in !texts.contains { cell.elementsEqual($0.utf8) } }
            // Among numbers and dates such a text can hardly be a value; a backslash and N never is.
            let isTyped = !others.isEmpty && others.allSatisfy { SampleCells.isNumberLike($0) || DayText($0) != nil }
            for text in texts where isTyped || text == #"\N"# || text == "NULL" {
                found[text, default: 0] += column.count { $0.elementsEqual(text.utf8) }
            }
        }
        guard !found.isEmpty else { return }
        let names = found.keys.sorted()
        let counts = names.map { "\($0.quotedForMessage) stands \(found[$0, default: 0]) times where numbers or dates are expected" }
        properties = [
            DialectDetection.Property(
                option: "null_values", choice: .texts([""] + names), reason: counts.joined(separator: "; "), score: 1, alternatives: [],
                isDefault: false, isApplied: false)
        ]
    }
}
