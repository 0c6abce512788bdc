package import SluiceCore
package import SluiceFormats

/// What a file is: how it is read, and the columns that its start shows.
package struct FileClass: Hashable, Sendable {
    /// A column as two schemas are compared by.
    package struct Column: Hashable, Sendable {
        package var name: String
        /// Nil: any scalar; the names tell columns apart.
        package var type: DataType?

        package init(name: String, type: DataType?) {
            self.name = name
            self.type = type
        }
    }

    package var format: String
    /// `none`, `gzip`, …; formats that compress themselves have `none`.
    package var compression: String
    /// Beside the format's defaults; what the sample showed.
    package var options: [String: OptionValue]
    package var columns: [Column]
    /// Which classifier said so.
    package var classifier: String
    /// Share of the records that were looked at and are of the format.
    package var certainty: Double
    /// Whether all of the start is ASCII, so that it reads alike in any encoding.
    package var isASCII = false
    /// What people should know, without the file's name.
    package var notice: String?

    package init(
        format: String, compression: String, options: [String: OptionValue], columns: [Column], classifier: String, certainty: Double,
        isASCII: Bool = false
    ) {
        self.format = format
        self.compression = compression
        self.options = options
        self.columns = columns
        self.classifier = classifier
        self.certainty = certainty
        self.isASCII = isASCII
    }

    /// Options that tables may differ in from file to file as long as one does not contradict another.
    private static let soft: Set<String> = [
        "decimal_mark", "group_mark", "comment", "skip_footer", "footer", "header_rows", "quotes",
    ]

    /// Whether files of both can be read as one table: by format, compression, and what of the dialect must not differ.
    package func isCompatible(with other: FileClass) -> Bool {
        guard format == other.format, compression == other.compression else { return false }
        for name in Set(options.keys).union(other.options.keys) where options[name] != other.options[name] {
            let isMissing = options[name] == nil || other.options[name] == nil
            if Self.soft.contains(name), isMissing { continue }
            if name == "encoding", options[name] == nil ? isASCII : other.options[name] == nil && other.isASCII { continue }
            return false
        }
        return true
    }

    /// Percent of the columns of both that they have in common.
    package func similarity(to other: FileClass) -> Int {
        if columns == other.columns { return 100 }
        let theirs = Dictionary(other.columns.map { (ExactText($0.name), $0.type) }, uniquingKeysWith: { first, _ in first })
        var common = 0
        for column in columns {
            guard let type = theirs[ExactText(column.name)] else { continue }
            if Self.agree(column.type, type) { common += 1 }
        }
        let all = columns.count + theirs.count - common
        return all == 0 ? 100 : 100 * common / all
    }

    private static func agree(_ a: DataType?, _ b: DataType?) -> Bool {
        guard let a, let b, a != b else { return true }
        return DataType.holding(a, b) != nil
    }

    /// Takes over the columns and options of a file that is read as the same table.
    mutating func join(_ other: FileClass) {
        if options != other.options { options.merge(other.options) { own, _ in own } }
        isASCII = isASCII && other.isASCII
        guard columns != other.columns else { return }
        let known = Set(columns.map { ExactText($0.name) })
        columns += other.columns.filter { !known.contains(ExactText($0.name)) }
    }
}

/// What became of the question what a file is.
package enum Classification: Sendable {
    case table(FileClass)
    /// A format that is known and that cannot be read as a table, with what to do.
    case recognised(name: String, remedy: String)
    case unknown(reason: String)
    case empty
    case unreadable(String)
}
