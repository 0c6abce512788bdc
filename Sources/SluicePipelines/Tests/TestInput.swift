package import SluiceCore

/// What a source holds in a test.
package struct TestInput: Sendable {
    /// What is there at once: a file, or records that a stream is given together.
    package enum Piece: Sendable {
        /// As it would be in a file.
        case text(String)
        /// Mappings, each a row.
        case rows([DefinitionNode])
        /// A path, relative to the file of the test.
        case file(String)
    }

    /// Which source: `source`, its main option's text, or its place such as `steps[1].join.with`.
    package var source: String
    package var pieces: [Piece]
    package var format: String?
    /// Declared types of columns.
    package var columns: DefinitionNode?
    package var location: SourceLocation?

    init(_ entry: DefinitionNode.Entry) throws(SluiceError) {
        source = entry.key
        location = entry.keyLocation
        let node = entry.value
        guard case .mapping = node.content else {
            pieces = try Self.pieces(node)
            return
        }
        format = try node[key: "format"]?.string()
        columns = node[key: "columns"]
        let given = ["rows", "text", "files"].compactMap { key in node[key: key].map { (key, $0) } }
        guard given.count == 1, let (key, value) = given.first else {
            throw node.invalid("\(node.path) needs one of rows, text and files", remedy: "give one of them")
        }
        switch key {
        case "rows": pieces = try Self.pieces(value)
        case "text": pieces = try value.oneOrMany().map { node throws(SluiceError) in .text(try node.string()) }
        default: pieces = try value.oneOrMany().map { node throws(SluiceError) in .file(try node.string()) }
        }
    }

    /// A text, a list of rows, or a list of texts or lists of rows: pieces.
    private static func pieces(_ node: DefinitionNode) throws(SluiceError) -> [Piece] {
        switch node.content {
        case .scalar(let text, _): return [.text(text)]
        case .list(let items) where items.allSatisfy(\.isMapping): return [.rows(items)]
        case .list(let items):
            return try items.map { item throws(SluiceError) in
                switch item.content {
                case .scalar(let text, _): return .text(text)
                case .list(let rows) where rows.allSatisfy(\.isMapping): return .rows(rows)
                default: throw item.wrongType("a text or a list of rows, each a mapping, as its neighbours are pieces")
                }
            }
        default: throw node.wrongType("rows, or the text of a file")
        }
    }

    /// A row as a JSON object: plain scalars that are numbers or booleans as such, `null` as null.
    package static func json(_ node: DefinitionNode) -> String {
        switch node.content {
        case .null: return "null"
        case .scalar(let text, .plain) where text == "true" || text == "false" || isNumber(text): return text
        case .scalar(let text, _): return Value.string(text).json
        case .list(let items): return "[" + items.map(json).joined(separator: ",") + "]"
        case .mapping(let entries):
            return "{" + entries.map { Value.string($0.key).json + ":" + json($0.value) }.joined(separator: ",") + "}"
        }
    }

    /// Whether a text is a number of JSON, which has no leading zeros.
    private static func isNumber(_ text: String) -> Bool {
        guard Double(text)?.isFinite == true else { return false }
        let digits = text.drop { $0 == "-" }
        guard let first = digits.utf8.first, text.utf8.count - digits.utf8.count <= 1, (48...57).contains(first) else { return false }
        let hasLeadingZero = first == 48 && digits.utf8.dropFirst().first.map { (48...57).contains($0) } == true
        guard !hasLeadingZero, text.utf8.last != UInt8(ascii: ".") else { return false }
        return !text.contains(".e") && !text.contains(".E") && text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    }
}
