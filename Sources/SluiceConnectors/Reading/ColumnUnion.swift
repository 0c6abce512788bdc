import SluiceCore

/// One set of columns that some files of a source have.
struct FoundColumns: Sendable {
    var names: [String]
    /// How many files have exactly these.
    var fileCount: Int
    /// The first of them.
    var path: String
}

/// A column that the definition declares.
struct DeclaredColumn: Sendable {
    var name: String
    var type: DataType
    var location: SourceLocation?

    init(_ name: String, _ type: DataType, at location: SourceLocation? = nil) {
        self.name = name
        self.type = type
        self.location = location
    }
}

/// Makes one list of columns of what the definition declares and what the files have, by name.
///
/// Columns come in the order of the first file, those that only later files have behind; partition columns come last. Where undeclared columns
/// are not added, the order is that of the declaration.
struct ColumnUnion {
    var declared: [DeclaredColumn]
    var onNewColumn: NewColumns
    /// Column sets in the order of the files; empty where records name their own fields and none was looked at.
    var found: [FoundColumns]
    /// Whether a column that is in none of `found` is in no file: so where each file says what it has.
    var isComplete: Bool
    /// Partition keys of the paths, in order, with the number of files that have them.
    var partitionKeys: [(key: String, fileCount: Int)]
    /// Files with any content.
    var fileCount: Int
    /// Whether a declared column may be in no file.
    var mayLackDeclared = false

    struct Result {
        /// Columns of the data, without types.
        var dataNames: [String] = []
        var partitionNames: [String] = []
        var notices: [String] = []
    }

    /// - Throws: `headerMismatch` when a declared column is in no file, or an undeclared one is in some and may not be.
    func resolve() throws(SluiceError) -> Result {
        var result = Result()
        let counts = fileCounts()
        let lowercased = Dictionary(counts.keys.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        for (key, count) in partitionKeys {
            if let column = lowercased[key.lowercased()] {
                let spelling = column == key ? "" : " (\"\(column)\" there)"
                result.notices.append("\"\(key)\" is in the paths and in the data\(spelling); the data's column is read, the path's is not")
                continue
            }
            result.partitionNames.append(key)
            if count < fileCount {
                result.notices.append("\(count) of \(fileCount) files have the partition column \"\(key)\"; it is null in the others")
            }
        }
        for column in declared where counts[column.name] == nil && !result.partitionNames.contains(column.name) {
            if isComplete, !found.isEmpty, !mayLackDeclared { throw notFound(column, counts) }
        }
        try addData(counts, to: &result)
        for name in result.dataNames {
            guard let count = counts[name], count < fileCount, isComplete else { continue }
            result.notices.append(absence(of: name, count))
        }
        return result
    }

    /// How many files have each column.
    private func fileCounts() -> [String: Int] {
        var counts: [String: Int] = [:]
        for set in found { for name in set.names { counts[name, default: 0] += set.fileCount } }
        return counts
    }

    private func addData(_ counts: [String: Int], to result: inout Result) throws(SluiceError) {
        let declaredNames = declared.map(\.name).filter { !result.partitionNames.contains($0) }
        let known = Set(declaredNames)
        var seen: Set<String> = []
        var ordered: [String] = []
        for set in found {
            for name in set.names where seen.insert(name).inserted {
                ordered.append(name)
                if onNewColumn == .fail, !known.contains(name) { throw unexpected(name, set) }
            }
        }
        switch onNewColumn {
        case .add: result.dataNames = ordered + declaredNames.filter { !seen.contains($0) }
        case .ignore, .fail: result.dataNames = declaredNames
        }
        let ignored = ordered.filter { !known.contains($0) }
        if onNewColumn == .ignore, !ignored.isEmpty {
            let names = ignored.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ") + (ignored.count > 10 ? ", …" : "")
            result.notices.append(
                "\(ignored.count) column\(ignored.count == 1 ? "" : "s") of the data that columns does not declare: \(names)")
        }
    }

    private func absence(of name: String, _ count: Int) -> String {
        let first = found.first { $0.names.contains(name) }?.path ?? ""
        return "column \"\(name)\" is in \(count) of \(fileCount) files, first in \(first); it is null in the others"
    }

    private func notFound(_ column: DeclaredColumn, _ counts: [String: Int]) -> SluiceError {
        let first = found[0]
        let names = first.names.map { "\"\($0)\"" }.joined(separator: ", ")
        let message =
            found.count == 1 && first.fileCount == 1
            ? "\(first.path) has no column \"\(column.name)\"; its columns are \(names)"
            : "no file has a column \"\(column.name)\"; those of \(first.path) are \(names)"
        let known = counts.keys.sorted()
        return SluiceError(
            .headerMismatch, message, at: column.location ?? .file(path: first.path),
            remedy: Suggestion.nearest(to: column.name, in: known).map { "did you mean \"\($0)\"?" }
                ?? "declare the columns as the header names them; without a header, give the names with the format's option header; if lines "
                + "stand before the header, set skip_lines or detect: all")
    }

    private func unexpected(_ name: String, _ set: FoundColumns) -> SluiceError {
        SluiceError(
            .headerMismatch, "\(set.path) has the column \"\(name)\", which columns does not declare",
            at: .file(path: set.path, line: isComplete ? 1 : nil),
            remedy: NewColumns.remedy(for: name, declared: declared.map(\.name)))
    }
}
