import Glibc
import SluiceCore
import SluiceFormats
import SluiceTestKit
import Testing

/// Inputs of the fuzzers in `Fuzz/`: seeds that are files of another program, and inputs that once were findings.
@Suite("Inputs of the fuzzers") struct FuzzCorpusTests {
    /// Names of a folder's files.
    private static func names(_ folder: String) -> [String] {
        guard let directory = opendir(Repository.path(folder)) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    @Test(
        "files of fastavro, with every codec, are read whole",
        arguments: ["empty": 5, "flat": 12, "nested": 9, "one": 3], ["null", "deflate", "snappy", "zstandard"])
    func avro(_ file: (key: String, value: Int), _ codec: String) throws {
        let bytes = try TemporaryDirectory.bytes(of: Repository.path("Fuzz/seeds/avro/\(file.key)-\(codec).avro"))
        let input = FileInput(MemoryAccess(bytes), path: "x.avro")
        let format = try FormatRegistry.format(named: "avro")
        let schema = try #require(try format.describe(input).schema)
        var reader = try format.reader(input, ReadRequest(schema))
        var rows = 0
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                rows += decoded.batch.rowCount
                #expect(decoded.rejects.isEmpty)
            }
        }
        #expect(rows == file.value)
    }

    /// The first bytes of these fuzzers' inputs are choices, and no part of the file.
    @Test("former findings are read the same fast and carefully", arguments: [("csv", 14), ("json", 4), ("text", 10)])
    func records(_ target: String, _ choices: Int) throws {
        let format = try FormatRegistry.recordFormat(named: target)
        for name in Self.names("Fuzz/regressions/\(target)") {
            let input = try TemporaryDirectory.bytes(of: Repository.path("Fuzz/regressions/\(target)/\(name)"))
            let bytes = Array(input.dropFirst(choices))
            var inference = SchemaInference(format)
            try? inference.sample(format.open(FileInput(MemoryAccess(bytes), path: name)))
            let fast = try readInBlocks(bytes, format, inference.schema)
            let careful = try readCarefully(bytes, format, inference.schema)
            #expect(fast == careful, "\(name)")
        }
    }

    @Test("former findings end with an error, or with rows in batches that are bounded", arguments: ["avro", "parquet"])
    func files(_ target: String) throws {
        let format = try FormatRegistry.format(named: target)
        for name in Self.names("Fuzz/regressions/\(target)") {
            let bytes = try TemporaryDirectory.bytes(of: Repository.path("Fuzz/regressions/\(target)/\(name)"))
            let input = FileInput(MemoryAccess(bytes), path: name)
            guard let schema = try? format.describe(input).schema else { continue }
            guard var reader = try? format.reader(input, ReadRequest(schema)) else { continue }
            var left = 10_000
            while left > 0, var piece = try? reader.next() {
                while left > 0, let decoded = try? piece.next() { left -= decoded.batch.rowCount + decoded.rejects.count + 1 }
            }
            #expect(left > -100_000, "\(name): a batch has too many rows")
        }
    }
}
