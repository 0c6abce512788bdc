import SluiceCore
import SluiceFormats
import Testing

/// A format of the registry, with what files of it cannot hold by their nature.
struct ConformingFormat: Sendable, CustomTestStringConvertible {
    let name: String
    var options: [String: OptionValue] = [:]
    /// Types of columns that its files have no form for.
    var lacks: [String] = []
    /// The name of a column of texts.
    var textColumn = "text"
    var holdsNulls = true
    var holdsSeveralColumns = true
    /// Whether a text may have line ends.
    var holdsLineEnds = true
    /// Whether the rows of a file that was cut can be read up to the cut.
    var readsCutFiles = true

    var testDescription: String { options.isEmpty ? name : "\(name) \(options)" }

    func format() throws -> any Format { try FormatRegistry.format(named: name, options: options) }

    /// All formats that there are.
    static let all = [
        ConformingFormat(name: "csv"),
        ConformingFormat(name: "json"),
        ConformingFormat(name: "json", options: ["layout": .text("array")]),
        ConformingFormat(name: "parquet", readsCutFiles: false),
        ConformingFormat(name: "avro"),
        ConformingFormat(
            name: "text", options: ["detect": .text("none")], lacks: ConformanceValues.types.map(\.type).filter { $0 != "string" },
            textColumn: TextFormat.lineColumn, holdsNulls: false, holdsSeveralColumns: false, holdsLineEnds: false),
    ]
}

/// Values at the edges of each type, beside plain ones.
enum ConformanceValues {
    static let types: [(type: String, values: [Value])] = [
        ("boolean", [.boolean(true), .boolean(false)]),
        ("int8", [.integer(-128), .integer(127), .integer(0)]),
        ("int16", [.integer(-32_768), .integer(32_767), .integer(-1)]),
        ("int32", [.integer(Int64(Int32.min)), .integer(Int64(Int32.max)), .integer(7)]),
        ("int64", [.integer(.min), .integer(.max), .integer(9_007_199_254_740_993)]),
        ("float32", [.float(0), .float(Double(Float.greatestFiniteMagnitude)), .float(Double(Float.leastNonzeroMagnitude)), .float(-1.5)]),
        ("float64", [.float(0.1), .float(.greatestFiniteMagnitude), .float(.leastNonzeroMagnitude), .float(-2.5e-300), .float(1e22)]),
        ("decimal(9,2)", [.decimal(999_999_999, scale: 2), .decimal(-1, scale: 2), .decimal(0, scale: 2)]),
        (
            "decimal(38,10)",
            [.decimal(99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 10), .decimal(-12_345, scale: 10)]
        ),
        ("string", [.string("a"), .string("  b  "), .string("null"), .string("-"), .string("1"), .string("\\")]),
        ("binary", [.binary([0, 255, 10]), .binary([]), .binary(Array(0...255))]),
        ("date", [.date(0), .date(-719_162), .date(2_932_896)]),
        ("timestamp", [.timestamp(0, zoned: false), .timestamp(253_402_300_799_999_999, zoned: false), .timestamp(-1, zoned: false)]),
        ("timestamptz", [.timestamp(1_700_000_000_000_001, zoned: true), .timestamp(-62_135_596_800_000_000, zoned: true)]),
        ("list<int64>", [.list([.integer(1), .integer(-1)]), .list([])]),
        ("list<string>", [.list([.string("a,b"), .null, .string("")]), .list([])]),
        ("struct<a: int64, b: list<string>>", [.structure([.init("a", .integer(1)), .init("b", .list([.string("x")]))])]),
    ]

    /// Texts that something on the way could change: other scripts, forms that compare as equal, marks at a file's start, quotes.
    static let texts = [
        "Crème brûlée", "日本語のテキスト", "Привет", "שלום", "مرحبا", "हिन्दी", "😀👩‍👩‍👧‍👦🏳️‍🌈", "e\u{301}", "é", "\u{FEFF}x", "a\u{200B}b", "\u{10FFFF}",
        "\u{80}\u{9F}", "ǆ", "\"quoted\"", "'single'", "a,b;c|d", "{\"a\":[1]}", "\\u0041", "\tx\t", "", " ", "NaN", "%{INT:a}", "--", "#x",
    ]
}
