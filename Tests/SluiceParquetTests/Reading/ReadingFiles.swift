import SluiceCore
import SluiceParquet
import SluiceTestKit

/// The files that the tests of the reader read: small ones beside them, and many that pyarrow writes where it is installed.
enum ReadingFiles {
    /// The small ones; `Scripts/make_files.py --small` made them.
    static let fixtures = Repository.path("Tests/SluiceParquetTests/Fixtures")
    static let script = Repository.path("Tests/SluiceParquetTests/Reading/Scripts/make_files.py")

    /// Names of the small files, without extension.
    static let names: [String] = TemporaryDirectory.files(below: fixtures).filter { $0.hasSuffix(".parquet") }.map {
        String($0.dropLast(8))
    }

    /// Those that have expectations.
    static let expectedNames: [String] = TemporaryDirectory.files(below: fixtures).filter { $0.hasSuffix(".expected") }
        .map { String($0.dropLast(9)) }

    static func bytes(_ name: String) throws -> [UInt8] { try TemporaryDirectory.bytes(of: "\(fixtures)/\(name).parquet") }

    /// Opens one of the small files.
    static func open(_ name: String) throws -> ParquetFile { try ParquetFile(MemoryAccess(try bytes(name)), path: name + ".parquet") }
}

/// What a file holds, in the form of the expectations that `make_files.py` writes.
struct ReadTable: Equatable {
    var names: [String] = []
    /// A line of JSON for each row.
    var rows: [String] = []
    var rejects: [String] = []

    /// Reads a whole file.
    init(_ file: ParquetFile, columns: [String]? = nil, batchRows: Int = CoreLimits.batchRows) throws {
        names = columns ?? file.schema.names
        for group in 0..<file.rowGroupCount {
            let reader = try RowGroupReader(file, rowGroup: group, columns: names, batchRows: batchRows)
            while let read = try reader.next() {
                append(read.batch)
                rejects += read.rejects.map { "\($0.location?.description ?? "") \($0.error.column ?? ""): \($0.error.message)" }
            }
        }
    }

    /// Reads an expectation.
    init(expected path: String) throws {
        let lines = try TemporaryDirectory.contents(of: path).split(separator: "\n").map(String.init)
        if case .list(let items) = try JSONDocument(parsing: lines.first ?? "[]") { names = items.compactMap(\.text) }
        rows = Array(lines.dropFirst())
    }

    private mutating func append(_ batch: Batch) {
        for row in 0..<batch.rowCount {
            rows.append("[" + batch.columns.map { Self.text($0[row]) }.joined(separator: ",") + "]")
        }
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .boolean(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .float(let number): "\"f:" + (number.isNaN ? "nan" : hex(number.bitPattern)) + "\""
        case .decimal(let unscaled, let scale): "\"d:\(unscaled):\(scale)\""
        case .string(let text): "\"s:" + hex(Array(text.utf8)) + "\""
        case .binary(let bytes): "\"b:" + hex(bytes) + "\""
        case .date(let days): "\"D:\(days)\""
        case .timestamp(let micros, _): "\"t:\(micros)\""
        case .list(let values): "[" + values.map(text).joined(separator: ",") + "]"
        case .map(let entries):
            "{\"m\":[" + entries.map { "[\(text($0.key)),\(text($0.value))]" }.joined(separator: ",") + "]}"
        case .structure(let members): "{" + members.map { "\"\($0.name)\":\(text($0.value))" }.joined(separator: ",") + "}"
        }
    }

    private static func hex(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
