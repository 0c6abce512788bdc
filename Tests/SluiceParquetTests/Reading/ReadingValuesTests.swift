import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

@Suite("Parquet reading: values")
struct ReadingValuesTests {
    @Test("small files of every type and encoding", arguments: ReadingFiles.expectedNames)
    func fixtures(_ name: String) throws {
        let expected = try ReadTable(expected: "\(ReadingFiles.fixtures)/\(name).expected")
        let file = try ReadingFiles.open(name)
        for batchRows in [CoreLimits.batchRows, 7, 1] {
            try Self.compare(try ReadTable(file, batchRows: batchRows), expected, name)
        }
    }

    @Test("a projection reads the same values as the whole file", arguments: ["types-v1", "types-v2"])
    func projection(_ name: String) throws {
        let file = try ReadingFiles.open(name)
        let whole = try ReadTable(file, columns: ["struct"])
        let mixed = try ReadTable(file, columns: ["string", "struct", "int8"])
        #expect(zip(whole.rows, mixed.rows).allSatisfy { $1.contains($0.dropFirst().dropLast()) })
        #expect(mixed.names == ["string", "struct", "int8"] && mixed.rows.count == whole.rows.count)
    }

    @Test("without columns, rows are counted")
    func noColumns() throws {
        let file = try ReadingFiles.open("types-v1")
        #expect(try ReadTable(file, columns: []).rows.count == Int(file.rowCount))
    }

    @Test("an unknown column is named with its neighbours")
    func unknownColumn() throws {
        let file = try ReadingFiles.open("types-v1")
        let error = #expect(throws: SluiceError.self) { try RowGroupReader(file, rowGroup: 0, columns: ["int23"]) }
        #expect(error?.code == .unknownColumn && error?.remedy?.contains("int") == true)
    }

    @Test("nanoseconds that are no whole microsecond are rejects of their rows")
    func misfits() throws {
        let table = try ReadTable(try ReadingFiles.open("misfits"), columns: ["id", "at"])
        #expect(table.rows == ["[0,\"t:0\"]", "[1,\"t:1\"]", "[3,null]"])
        #expect(table.rejects == ["misfits.parquet:3 at: timestamp 1970-01-01T00:00:00.000001001 has a part below a microsecond"])
    }

    @Test("an element of a list that does not fit is a reject of the list's row")
    func misfitsInLists() throws {
        let table = try ReadTable(try ReadingFiles.open("misfits"), columns: ["id", "in_list"])
        #expect(table.rows == ["[0,[\"t:0\"]]", "[1,[]]"])
        #expect(
            table.rejects == [
                "misfits.parquet:3 in_list.list.element: timestamp 1970-01-01T00:00:00.000000007 has a part below a microsecond",
                "misfits.parquet:4 in_list.list.element: timestamp 1970-01-01T00:00:00.000002001 has a part below a microsecond",
            ])
    }

    @Test("rows carry their number in the file")
    func origins() throws {
        let file = try ReadingFiles.open("types-v2")
        let reader = try RowGroupReader(file, rowGroup: 1, columns: ["int8"])
        let read = try #require(try reader.next())
        #expect(read.batch.origin?.location(0) == .file(path: "types-v2.parquet", line: 26))
    }

    @Test("texts of a dictionary stay encoded")
    func dictionary() throws {
        let file = try ReadingFiles.open("types-v1")
        let reader = try RowGroupReader(file, rowGroup: 0, columns: ["string"])
        let column = try #require(try reader.next()?.batch["string"])
        if case .dictionary = column.storage {} else { Issue.record("the column is \(column.storage)") }
    }

    @Test(
        "files of pyarrow, DuckDB and Polars: types, encodings, codecs, page versions, nestings",
        .enabled(if: WritingReaders.areThere, "needs pyarrow, DuckDB and Polars"))
    func matrix() async throws {
        let directory = try TemporaryDirectory()
        let command = Command(try #require(WritingReaders.python), [ReadingFiles.script, directory.root])
        let result = try await command.run(timeout: .seconds(600))
        try #require(result.exitCode == 0, "\(result.transcript)")
        let names = directory.files().filter { $0.hasSuffix(".parquet") }.map { String($0.dropLast(8)) }
        #expect(names.count > 70)
        for name in names {
            let file = try ParquetFile(MemoryAccess(try TemporaryDirectory.bytes(of: directory.path(name + ".parquet"))), path: name)
            try Self.compare(try ReadTable(file), try ReadTable(expected: directory.path(name + ".expected")), name)
        }
    }

    private static func compare(_ found: ReadTable, _ expected: ReadTable, _ name: String) throws {
        #expect(found.names == expected.names && found.rejects.isEmpty, "\(name): \(found.rejects.first ?? "")")
        try #require(found.rows.count == expected.rows.count, "\(name) has \(found.rows.count) rows, not \(expected.rows.count)")
        guard let row = found.rows.indices.first(where: { found.rows[$0] != expected.rows[$0] }) else { return }
        Issue.record("\(name), row \(row):\n\(found.rows[row])\nexpected:\n\(expected.rows[row])")
    }
}
