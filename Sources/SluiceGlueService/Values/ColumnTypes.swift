import SluiceCatalog
import SluiceCore
import SluiceServer

/// Types of columns as Hive writes them, and as the catalog has them.
enum ColumnTypes {
    /// The catalog's type: that of text for what it does not know.
    static func type(_ text: String) -> DataType { (try? DataType(parsing: plain(text))) ?? .string }

    /// The column with its type as it was given; the type is kept as text where the catalog's would be written otherwise.
    static func column(_ name: String, _ text: String?, comment: String, parameters: [String: String]) -> CatalogColumn {
        var column = CatalogColumn(name, type(text ?? "string"), comment: comment, parameters: parameters)
        if column.hiveType != text { column.parameters[Hints.type] = text ?? "" }
        return column
    }

    /// Nil for a column without a type.
    static func text(_ column: CatalogColumn) -> String? {
        guard let given = column.parameters[Hints.type], type(given.isEmpty ? "string" : given) == column.type else {
            return column.hiveType
        }
        return given.isEmpty ? nil : given
    }

    /// The type without what the catalog's types do not have: lengths of texts. A bare decimal has ten digits in Hive.
    private static func plain(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let first = rest.first {
            guard first.isLetter else {
                result.append(first)
                rest = rest.dropFirst()
                continue
            }
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest[word.endIndex...]
            let next = rest.first
            switch word.lowercased() {
            case "varchar" where next == "(", "char" where next == "(":
                result += "string"
                rest = rest.drop { $0 != ")" }.dropFirst()
            case "decimal" where next != "(" && next != ":": result += "decimal(10,0)"
            default: result += word
            }
        }
        return result
    }
}

extension InputReader {
    /// The columns of a list; nil where there is none.
    ///
    /// - Throws: `InvalidInputException` for two of one name.
    mutating func columns(_ name: String) throws(ServiceFault) -> [CatalogColumn]? {
        let columns = try structures(name, count: Rules.elements) { column throws(ServiceFault) in
            ColumnTypes.column(
                try column.requiredText("Name", Rules.name), try column.text("Type", Rules.columnType),
                comment: try column.text("Comment", Rules.comment) ?? "", parameters: try column.parameters())
        }
        var seen: Set<String> = []
        if let twice = columns?.first(where: { !seen.insert($0.name.lowercased()).inserted }) {
            throw Faults.invalid("Column \(twice.name) stands twice in \(name).")
        }
        return columns
    }
}

extension WireValue {
    static func columns(_ columns: [CatalogColumn]) -> WireValue {
        .list(
            columns.map { column in
                let parameters = Hints.visible(column.parameters)
                return .structure([
                    "Name": .text(column.name), "Type": ColumnTypes.text(column).map { .text($0) }, "Comment": .some(column.comment),
                    "Parameters": parameters.isEmpty ? nil : .map(parameters),
                ])
            })
    }
}
