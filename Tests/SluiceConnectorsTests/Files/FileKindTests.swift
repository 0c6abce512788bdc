import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceTestKit
import Testing

/// Files that are not what their names say.
@Suite("Files under wrong names")
struct FileKindTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test("a plain file named as if it were compressed is read, and a notice says so", arguments: ["gz", "zst", "sz", "zz"])
    func plain(_ ending: String) async throws {
        try bench.directory.write("a.csv.\(ending)", "id,v\n1,x\n")
        let source = try await bench.source("files: a.csv.\(ending)")
        #expect(try await source.readAll().rows == [[.integer(1), .string("x")]])
        #expect(source.notices.count == 1)
        #expect(source.notices.first?.contains("a.csv.\(ending) is not compressed, although its name says") == true)
        #expect(await sluiceError { _ = try await bench.source("files: a.csv.\(ending)\ncompression: gzip") }?.code == .corruptFile)
    }

    /// The marks of each kind as their specifications give them, with something behind.
    private static let foreign: [(bytes: [UInt8], kind: String, remedy: String)] = [
        ([0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0] + Array("data.csv".utf8), "zip archive", "unpack"),
        ([0x50, 0x4B, 3, 4, 20, 0, 6, 0] + Array("[Content_Types].xml".utf8), "Excel", "CSV"),
        ([0x50, 0x4B, 3, 4, 20, 0, 0, 0] + Array("mimetypeapplication/vnd.oasis.opendocument.spreadsheet".utf8), "ods", "CSV"),
        ([0xFD] + Array("7zXZ".utf8) + [0, 0, 4], "xz", "unpack"), ([0x04, 0x22, 0x4D, 0x18, 0x64], "lz4", "unpack"),
        (Array("BZh91AY&SY".utf8) + [0xE5, 0x3D], "bzip2", "unpack"),
        (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C, 0, 4], "7-Zip", "unpack"),
        (Array("Rar!".utf8) + [0x1A, 7, 1, 0], "RAR", "unpack"),
        (Array("data.csv".utf8) + [UInt8](repeating: 0, count: 249) + Array("ustar\u{0}00".utf8), "tar", "unpack"),
        (Array("ORC\n".utf8) + [0x1A, 0x0A, 3, 0, 0], "ORC", "Parquet"), (Array("ARROW1".utf8) + [0, 0, 1], "Arrow", "Parquet"),
        (Array("SQLite format 3".utf8) + [0, 16, 0], "SQLite", "export"), ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "xls", "CSV"),
        (Array("%PDF-1.7\n".utf8), "PDF", "export"),
    ]

    @Test(
        "other kinds of files are called by their names, with what to do", arguments: ["csv", "json", "txt", "parquet", "avro", "xlsx", ""])
    func foreignKinds(_ ending: String) async throws {
        for (bytes, kind, remedy) in Self.foreign {
            let name = ending.isEmpty ? "data" : "data.\(ending)"
            try bench.directory.write(name, bytes: bytes)
            let error = await sluiceError { _ = try await bench.source("files: \(name)") }
            #expect(error?.code == .invalidOption, "\(kind)")
            #expect(error?.message.contains(kind) == true, "\(kind): \(String(describing: error))")
            #expect(error?.remedy?.contains(remedy) == true, "\(kind): \(String(describing: error))")
            #expect(error?.location?.description.hasSuffix("/\(name)") == true, "\(kind): \(String(describing: error))")
            let given = await sluiceError { _ = try await bench.source("files: \(name)\nformat: csv") }
            #expect(given?.message.contains(kind) == true, "\(kind): \(String(describing: given))")
        }
    }

    @Test("Parquet and Avro are read under any name, and where the format is given its error says which", arguments: ["parquet", "avro"])
    func ownFormats(_ format: String) async throws {
        try bench.directory.write("x.csv", bytes: try Self.ownFile(format))
        let source = try await bench.source("files: x.csv")
        #expect(source.notices.contains { $0.contains("x.csv is named csv, but its content is \(format)") }, "\(source.notices)")
        #expect(try await source.readAll().rows.isEmpty == false)
        for other in ["csv", "json", "text", format == "avro" ? "parquet" : "avro"] {
            let error = await sluiceError { _ = try await bench.source("files: x.csv\nformat: \(other)") }
            #expect(error?.remedy?.contains("format: \(format)") == true, "\(other): \(String(describing: error))")
        }
    }

    private static func ownFile(_ format: String) throws -> [UInt8] {
        if format == "parquet" {
            return try TemporaryDirectory.bytes(of: Repository.path("Tests/SluiceParquetTests/Fixtures/encoding-v1-runs.parquet"))
        }
        let schema = Array(#"{"type":"record","name":"r","fields":[{"name":"x","type":"long"}]}"#.utf8)
        let sync = [UInt8](1...16)
        // A map of one entry, whose lengths are zigzag numbers of one or two bytes; a block of one record, 7.
        let header = Array("Obj".utf8) + [1, 2, 22] + Array("avro.schema".utf8) + [UInt8(2 * schema.count & 127 | 128), 1] + schema + [0]
        return header + sync + [2, 2, 14] + sync
    }

    @Test(
        "texts that begin like a mark are texts",
        arguments: ["PAR1,PAR2\n1,2\n", "ORC,b\n1,2\n", "BZh9,b\n1,2\n", "PK,b\n1,2\n", "Obj,b\n1,2\n"])
    func texts(_ text: String) async throws {
        try bench.directory.write("x.csv", text)
        #expect(try await bench.source("files: x.csv").readAll().rows == [[.integer(1), .integer(2)]])
    }

    @Test(
        "JSON in a file named csv is read as JSON, and told",
        arguments: [
            "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n", "[{\"a\":1,\"b\":2},\n {\"a\":3,\"b\":4}]\n",
            "{\n \"a\": 1, \"b\": 2\n}\n{\n \"a\":3,\"b\":4}",
        ])
    func json(_ text: String) async throws {
        try bench.directory.write("x.csv", text)
        let source = try await bench.source("files: x.csv")
        #expect(
            source.notices.contains { $0.contains("named csv, but its content is json") && $0.contains("--from csv") }, "\(source.notices)")
        #expect(try await source.readAll().rows == [[.integer(1), .integer(2)], [.integer(3), .integer(4)]])
        let forced = try await bench.source("files: x.csv\nformat: csv\noptions: {ragged: fit, quote: \"\"}")
        #expect(forced.notices.contains { $0.contains("looks like JSON") && $0.contains("format: json") }, "\(forced.notices)")
    }

    @Test("CSV with braces is CSV", arguments: ["{a},b\n{1},2\n", "\"{\"\"a\"\":1}\",b\n1,2\n", "{\"a\":1},5\n{\"a\":2},6\n"])
    func braces(_ text: String) async throws {
        try bench.directory.write("x.csv", text)
        let source = try await bench.source("files: x.csv\non_new_column: add")
        #expect(source.notices.allSatisfy { !$0.contains("content is json") }, "\(source.notices)")
    }

    @Test("a text with delimiters says how it is read as a table; a log does not") func tables() async throws {
        try bench.directory.write("x.txt", "a,b\n1,2\n")
        let text = try await bench.source("files: x.txt")
        #expect(text.schema.names == ["line"])
        #expect(text.notices.contains { $0.contains("set format: csv (--from csv)") }, "\(text.notices)")
        try bench.directory.write("x.log", "12:01, started\n12:02, ended\n")
        #expect(try await bench.source("files: x.log").notices.isEmpty)
    }
}
