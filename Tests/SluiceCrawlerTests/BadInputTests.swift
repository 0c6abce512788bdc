import Glibc
import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluiceTestKit
import Testing

@Suite("Bad input below a target")
struct BadInputTests {
    @Test("mixed junk: each file is classified, recognised, or unknown with a reason") func junk() async throws {
        let folder = try CrawlFolder()
        try folder.write("orders/a.csv", CrawlFolder.orders(1))
        try folder.write("empty.csv", "")
        try folder.write("one.csv", "x")
        try folder.write("brace.json", "{")
        try folder.write("blank.txt", " \n\n ")
        try folder.write("prose.txt", "Call me Ishmael.\nSome years ago.\n")
        try folder.write("page.xml", "<books><book id=\"1\"/><book id=\"2\"/></books>")
        try folder.write("scalars.json", "[1,2,3]")
        try folder.directory.write("data/binary.dat", bytes: (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        try folder.directory.write("data/table.orc", bytes: Array("ORC".utf8) + [3, 0, 0, 1])
        try folder.directory.write("data/cut.csv.gz", bytes: [0x1F, 0x8B, 8, 0])
        try folder.directory.write("data/book.xlsx", bytes: [0x50, 0x4B, 3, 4] + Array("xl/workbook.xml".utf8))
        let plan = try await folder.plan()
        #expect(plan.tables.map(\.name.table) == ["orders"], "\(plan.shapes)")
        #expect(
            plan.leftOutNames == [
                "empty empty.csv", "recognised book.xlsx", "recognised page.xml", "recognised table.orc", "unknown binary.dat",
                "unknown blank.txt", "unknown brace.json", "unknown one.csv", "unknown prose.txt", "unknown scalars.json",
                "unreadable cut.csv.gz",
            ], "\(plan.leftOut)")
        #expect(plan.leftOut.allSatisfy { !$0.message.isEmpty })
        #expect(plan.leftOut.contains { $0.message.contains("<books>") && $0.message.contains("<book>") })
    }

    @Test("one-byte files of any byte are no crash and no table", arguments: Array(stride(from: 0, through: 255, by: 5)))
    func oneByte(_ byte: Int) async throws {
        let folder = try CrawlFolder()
        for name in ["a.csv", "a.json", "a.parquet", "a.gz", "a"] { try folder.directory.write("data/" + name, bytes: [UInt8(byte)]) }
        let plan = try await folder.plan()
        #expect(plan.tables.isEmpty && plan.leftOut.count == 5, "\(plan.shapes)")
    }

    @Test("random bytes are something or nothing, and never a crash", arguments: 1...8) func random(_ seed: UInt64) async throws {
        let folder = try CrawlFolder()
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("<>/=\"'{}[]:,;|\t\n\r #-0129aeZ".utf8) + [0, 0xC3, 0xA9, 0xFF, 0x1F, 0x8B]
        for file in 0..<24 {
            let count = Int.random(in: 1...600, using: &random)
            let start = Array(["<", "{", "[", "a,b\n", "PAR1", "Obj\u{1}", ""].randomElement(using: &random)?.utf8 ?? "".utf8)
            let bytes = start + (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let name = ["csv", "json", "txt", "parquet", "avro", "log", "csv.gz"].randomElement(using: &random) ?? ""
            try folder.directory.write("data/\(file)/\(file).\(name)", bytes: bytes)
        }
        let plan = try await folder.apply()
        #expect(plan.tables.reduce(plan.leftOut.count) { $0 + $1.fileCount } == 24)
        #expect(try await folder.apply().isUnchanged)
    }

    @Test("links: into the target they are followed, loops and ways out are named") func links() async throws {
        let folder = try CrawlFolder()
        try folder.write("real/a.csv", CrawlFolder.orders(1))
        try folder.directory.write("outside.csv", CrawlFolder.orders(5))
        symlink(folder.data + "/real", folder.data + "/loop")
        symlink(folder.data, folder.data + "/real/up")
        symlink(folder.directory.path("outside.csv"), folder.data + "/real/out.csv")
        symlink("nowhere", folder.data + "/real/broken.csv")
        symlink("self.csv", folder.data + "/real/self.csv")
        symlink("a.csv", folder.data + "/real/b.csv")
        let plan = try await folder.plan()
        #expect(plan.tables.map(\.files.count) == [2])
        let names = plan.skipped.map { "\($0.reason.rawValue) \($0.path.split(separator: "/").last ?? "")" }.sorted()
        #expect(names == ["link broken.csv", "link loop", "link out.csv", "link self.csv", "link up"])
    }

    @Test("pipes are named and not read") func special() async throws {
        let folder = try CrawlFolder()
        try folder.write("a.csv", CrawlFolder.orders(1))
        mkfifo(folder.data + "/pipe.csv", 0o600)
        let plan = try await folder.plan()
        #expect(plan.tables.count == 1 && plan.skipped.map(\.reason) == [.special])
    }

    @Test("files and folders that may not be read are named; the rest is found", .enabled(if: geteuid() != 0, "root may read everything"))
    func unreadable() async throws {
        let folder = try CrawlFolder()
        try folder.write("ok/a.csv", CrawlFolder.orders(1))
        try folder.write("ok/secret.csv", CrawlFolder.orders(1))
        try folder.write("closed/a.csv", CrawlFolder.orders(1))
        chmod(folder.data + "/ok/secret.csv", 0)
        chmod(folder.data + "/closed", 0)
        let plan = try await folder.plan()
        #expect(plan.tables.map(\.files.count) == [1])
        #expect(plan.leftOutNames == ["unreadable secret.csv"] && plan.skipped.map(\.reason) == [.unreadable])
    }

    @Test("names with spaces, emoji, line ends and quotes") func names() async throws {
        let folder = try CrawlFolder()
        let names = ["a b.csv", "🚀 rocket.csv", "line\nend.csv", "it's \"quoted\".csv", "tab\t.csv", "*.csv", "%2F.csv", "a=b.csv"]
        for name in names { try folder.write("odd names/" + name, CrawlFolder.orders(1)) }
        let plan = try await folder.apply()
        #expect(plan.tables.map(\.files.count) == [names.count], "\(plan.leftOut)")
        #expect(try folder.table("odd_names").rowCount == Int64(3 * names.count))
        #expect(try await folder.apply().isUnchanged)
    }

    @Test("a name that is not UTF-8 is named") func notUTF8() async throws {
        let folder = try CrawlFolder()
        try folder.write("a.csv", CrawlFolder.orders(1))
        let path = Array(folder.data.utf8CString.dropLast()) + [0x2F, -1, 0x2E, 0x63, 0x73, 0x76, 0]
        let file = try #require(fopen(path, "w"))
        fclose(file)
        let plan = try await folder.plan()
        #expect(plan.tables.count == 1 && plan.skipped.map(\.reason) == [.badName])
    }

    @Test("two files that differ only in case are two files; two folders so are two partitions") func letterCase() async throws {
        let folder = try CrawlFolder()
        try folder.write("t/A.csv", CrawlFolder.orders(1))
        try folder.write("t/a.csv", CrawlFolder.orders(5))
        #expect(try await folder.plan().tables.map(\.files.count) == [2])
        let other = try CrawlFolder()
        try other.write("T/a.csv", CrawlFolder.orders(1))
        try other.write("t/a.csv", CrawlFolder.orders(5))
        let plan = try await other.apply()
        #expect(plan.tables.map { $0.addedPartitions } == [[["T"], ["t"]]])
    }

    @Test("a CSV with 10,000 columns") func wide() async throws {
        let folder = try CrawlFolder()
        let header = (0..<10_000).map { "column_\($0)" }.joined(separator: ",")
        let row = (0..<10_000).map(String.init).joined(separator: ",")
        try folder.write("wide.csv", header + "\n" + row + "\n" + row + "\n")
        let plan = try await folder.apply()
        #expect(plan.tables.map(\.definition.columns.count) == [10_000])
        #expect(plan.tables[0].definition.columns.allSatisfy { $0.type == .int64 } && plan.tables[0].rows == 2)
    }

    @Test("a JSON nested 1,000 deep is a bad record with its line, or a file of none") func deep() async throws {
        let folder = try CrawlFolder()
        let deep = "{\"a\":" + String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000) + "}\n"
        try folder.write("one/a.jsonl", "{\"a\":[1]}\n{\"a\":[2]}\n{\"a\":[3]}\n" + deep)
        try folder.write("two/a.jsonl", deep)
        let plan = try await folder.plan()
        #expect(plan.tables.map(\.rejected) == [1] && plan.tables.map(\.rows) == [3])
        #expect(plan.tables[0].rejects.first?.location?.description.contains("a.jsonl:4") == true)
        #expect(plan.leftOut.map(\.kind) == [.unknown] && plan.leftOut[0].message.contains("128"), "\(plan.leftOut)")
    }

    @Test("a damaged gzip file is named and in no table") func damaged() async throws {
        let folder = try CrawlFolder()
        try folder.write("t/a.csv", CrawlFolder.orders(1))
        try folder.directory.write("data/t/b.csv.gz", bytes: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4])
        let plan = try await folder.plan()
        #expect(plan.tables.map(\.files.count) == [1] && plan.leftOutNames == ["unreadable b.csv.gz"])
    }

    @Test("folders nested deeper than allowed are named") func deepFolders() async throws {
        let folder = try CrawlFolder()
        let path = (0..<140).map { "d\($0)" }.joined(separator: "/")
        try folder.write(path + "/a.csv", CrawlFolder.orders(1))
        #expect(try await folder.plan().skipped.map(\.reason) == [.tooDeep])
    }

    @Test("a target that is not there, or a bad pattern, is an error") func targets() async throws {
        let folder = try CrawlFolder()
        try folder.write("a.csv", CrawlFolder.orders(1))
        let missing = await #expect(throws: SluiceError.self) { try await folder.plan { $0.targets = [folder.data + "/no"] } }
        #expect(missing?.code == .fileNotFound)
        let pattern = await #expect(throws: SluiceError.self) { try await folder.plan { $0.exclusions = ["[z-a]"] } }
        #expect(pattern?.code == .invalidArgument)
    }

    @Test("values nested deeper than a type can be written are kept as text, and the catalog can be read") func nestedDeep() async throws {
        let folder = try CrawlFolder()
        for depth in [59, 60, 61, 100] {
            let nested = String(repeating: "{\"a\":", count: depth) + "[1]" + String(repeating: "}", count: depth)
            try folder.write("d\(depth)/a.json", "{\"b\":1,\"n\":\(nested)}\n")
        }
        let plan = try await folder.apply()
        #expect(plan.leftOut.isEmpty && !plan.tables.isEmpty, "\(plan.leftOut)")
        for table in try folder.catalog.tables() {
            #expect(try folder.catalog.table(table.name).definition.columns.map(\.name) == ["b", "n"])
        }
        #expect(try await folder.apply().isUnchanged)
    }
}
