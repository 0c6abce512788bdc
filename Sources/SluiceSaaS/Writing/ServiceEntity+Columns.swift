package import SluiceCore

extension ServiceEntity {
    /// - Parameters:
    ///   - keys: Columns that say which record is meant.
    /// - Throws: `unknownColumn` for columns that the write does not take, or lacks.
    package func check(_ columns: [String], for kind: Write, keys: [String]) throws(SluiceError) {
        let taken = fields.filter { $0.writes.contains(kind) }.map(\.name)
        for column in columns where !taken.contains(column) && !keys.contains(column) {
            throw SluiceError(
                .unknownColumn, "\(kind.rawValue) of \(name) takes no column \(column.quotedForMessage)",
                remedy: Suggestion.remedy(for: column, in: taken + keys, noun: "it takes"))
        }
        for key in keys where !columns.contains(key) {
            throw SluiceError(
                .unknownColumn, "\(kind.rawValue) of \(name) needs the column \(key.quotedForMessage)",
                remedy: "it says which record is meant")
        }
    }
}
