import SluiceCore
import Testing

@testable import SluiceStorage

@Suite("Partition directories")
struct HivePathTests {
    static let values: [String?] = [
        "01", "", nil, "a/b", "../..", ".", "a b", "100%", "%2F", "k=v", "it's \"quoted\"", "é ü 漢字", "👩‍👩‍👧", "tab\tnew\nline", "a:b?c*d",
        "[x]{y}^\\#",
        HivePath.nullText, String(repeating: "x", count: 253),
    ]

    @Test("any value comes back from its directory", arguments: values) func roundTrip(_ value: String?) throws {
        let directory = try HivePath.directory("k", value)
        #expect(!directory.contains("/"))
        #expect(HivePath.values(in: "in/\(directory)/a=b.csv") == [PartitionValue(key: "k", text: value)])
    }

    @Test("names are spelled as Hive spells them")
    func spelling() throws {
        #expect(try HivePath.directory("month", "01") == "month=01")
        #expect(try HivePath.directory("at", "2024-03-01T10:00:00") == "at=2024-03-01T10%3A00%3A00")
        #expect(try HivePath.directory("k=1", nil) == "k%3D1=__HIVE_DEFAULT_PARTITION__")
        #expect(try HivePath.directory("k", "a b é") == "k=a b é")
        #expect(HivePath.values(in: "k%3D1=x/f") == [PartitionValue(key: "k=1", text: "x")])
    }

    @Test("a malformed escape is text")
    func malformed() {
        #expect(HivePath.values(in: "k=5%/j=%zz/i=%FF/f").map(\.text) == ["5%", "%zz", "%FF"])
    }

    @Test("directories without a key are none, and the inner of two equal keys counts")
    func directories() {
        #expect(
            HivePath.values(in: "a/=x/k=1/b/K=3/k=2/f=4.csv") == [PartitionValue(key: "K", text: "3"), PartitionValue(key: "k", text: "2")])
    }

    @Test("a name over the file system's limit is an error")
    func limit() throws {
        let value = String(repeating: "x", count: StorageLimits.partBytes - 1)
        let error = #expect(throws: SluiceError.self) { try HivePath.directory("k", value) }
        #expect(error?.code == .limitExceeded)
    }
}
