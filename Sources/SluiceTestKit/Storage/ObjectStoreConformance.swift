import SluiceCore
import SluiceStorage

/// What holds for every object store, whatever keeps its objects: directory, memory, bucket.
package enum ObjectStoreConformance {
    package static let checks: [StoreCheck] = reading + writing + listing + names

    private static let reading = [
        StoreCheck("an object is read as it was written, and its size is told") { steps in
            try await steps.put("a/b/c.txt", "some text")
            try steps.same(try await steps.text("a/b/c.txt"), "some text")
            try steps.same(try await steps.store.info("a/b/c.txt").byteCount, 9)
            try await steps.put("empty", "")
            try steps.same(try await steps.text("empty"), "")
            try steps.same(try await steps.store.info("empty").byteCount, 0)
        },
        StoreCheck("an object is read from any place, and not beyond its end") { steps in
            try await steps.put("digits", "0123456789")
            let access = try await steps.store.access("digits")
            try steps.same(access.byteCount, 10)
            for (offset, count, expected) in [(7, 3, "789"), (0, 2, "01"), (8, 9, "89"), (10, 4, ""), (3, 4, "3456"), (99, 1, "")] {
                var buffer = [UInt8](repeating: 0, count: count)
                let read = try buffer.withUnsafeMutableBytes { try access.read(at: Int64(offset), into: $0) }
                try steps.same(String(decoding: buffer[..<read], as: UTF8.self), expected)
            }
        },
        StoreCheck("an object of several MiB is read in order and here and there") { steps in
            var generator = SeededGenerator(seed: 7)
            let bytes = (0..<1_500_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try await steps.put("large", bytes)
            try steps.holds(try await steps.bytes("large", piece: 70_001) == bytes, "the bytes in order are others")
            let access = try await steps.store.access("large")
            for place in [1_499_990, 17, 700_000, 700_100, 1_200_000, 0, 1_499_999] {
                let count = min(40_000, bytes.count - place)
                try steps.holds(
                    try access.bytes(at: Int64(place), count: count) == Array(bytes[place..<place + count]), "bytes at \(place)")
            }
        },
    ]

    private static let writing = [
        StoreCheck("an object is not there before finish, and an abandoned one never is") { steps in
            try await steps.put("a.txt", "old")
            var sink = try await steps.store.create("a.txt")
            try [UInt8]("new".utf8).withUnsafeBytes { bytes in try sink.write(bytes) }
            try steps.same(try await steps.text("a.txt"), "old")
            try steps.same(try await steps.store.list(below: "").map(\.name), ["a.txt"])
            try sink.finish()
            try steps.same(try await steps.text("a.txt"), "new")
            let other = try await steps.store.create("b.txt")
            other.abandon()
            try steps.same(try await steps.names("**"), ["a.txt"])
        },
        StoreCheck("rename replaces and remove removes") { steps in
            try await steps.put("stage/one", "1")
            try await steps.put("two", "2")
            try await steps.store.rename("stage/one", to: "two")
            try steps.same(try await steps.text("two"), "1")
            try await steps.store.rename("two", to: "deep/er/three")
            try steps.same(try await steps.names("**"), ["deep/er/three"])
            try await steps.store.remove("deep/er/three")
            try steps.holds(try await steps.store.list(below: "").isEmpty, "something is left")
            try await steps.fails(.fileNotFound) { try await steps.store.remove("deep/er/three") }
            try await steps.fails(.fileNotFound) { try await steps.store.rename("nothing", to: "x") }
        },
        StoreCheck("a copy is another object, and many are removed at once, there or not") { steps in
            try await steps.put("a b/ü.txt", "one")
            try await steps.store.copy("a b/ü.txt", to: "c/d")
            try await steps.put("a b/ü.txt", "two")
            try steps.same(try await steps.text("c/d"), "one")
            try await steps.fails(.fileNotFound) { try await steps.store.copy("nothing", to: "x") }
            try await steps.put("k&<>\"'.txt")
            try await steps.store.removeAll(["c/d", "nothing", "k&<>\"'.txt"])
            try steps.same(try await steps.names("**"), ["a b/ü.txt"])
            try await steps.store.removeAll([])
        },
        StoreCheck("a conditional write holds what it says") { steps in
            let first = try await steps.store.put([1], as: "lock", if: .absent)
            let refused = try await steps.fails(.conditionFailed) { try await steps.store.put([2], as: "lock", if: .absent) }
            try steps.holds(refused.message.contains("lock"), "the error does not name the object")
            try steps.same(try await steps.bytes("lock"), [1])
            let second = try await steps.store.put([3, 3], as: "lock", if: .version(first.version))
            try steps.holds(second.version != first.version, "the version did not change")
            try steps.same(try await steps.store.info("lock").version, second.version)
            try await steps.fails(.conditionFailed) { try await steps.store.put([4], as: "lock", if: .version(first.version)) }
            try await steps.fails(.conditionFailed) { try await steps.store.put([4], as: "none", if: .version(first.version)) }
            try steps.same(try await steps.bytes("lock"), [3, 3])
            try await steps.store.put([5], as: "lock", if: .none)
            try steps.same(try await steps.bytes("lock"), [5])
        },
        StoreCheck("of writers that all want to be first, one is") { steps in
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        do {
                            try await steps.store.put([UInt8(writer)], as: "first", if: .absent)
                            return true
                        } catch let error as SluiceError where error.code == .conditionFailed {
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try steps.same(winners, 1)
        },
    ]

    private static let listing = [
        StoreCheck("lists are sorted by bytes and hold each object once") { steps in
            let names = ["a b.csv", "a+b.csv", "a%20b.csv", "z.csv", "Z.csv", "é.csv", "😀.csv", "x/y.csv", "x/a/y.csv"]
            for name in names { try await steps.put(name) }
            let expected = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            try steps.same(try await steps.names("**/*.csv"), expected)
            try steps.same(try await steps.names("**"), expected)
            try steps.same(try await steps.names("{**,*,x/**}/*.csv"), expected)
            try steps.same(try await steps.store.list(below: "").map(\.name), expected)
            try steps.same(try await steps.store.list(below: "x").map(\.name), ["x/a/y.csv", "x/y.csv"])
            try steps.holds(try await steps.store.list(below: "nothing").isEmpty, "something is below nothing")
        },
        StoreCheck("a name may have a line end") { steps in
            try await steps.put("d/a\nb.csv", "1")
            try steps.same(try await steps.names("d/*.csv"), ["d/a\nb.csv"])
            try steps.same(try await steps.text("d/a\nb.csv"), "1")
            try await steps.store.removeAll(["d/a\nb.csv"])
            try steps.holds(try await steps.store.list(below: "").isEmpty, "it was not removed")
        },
        StoreCheck("patterns match what they say, at each depth") { steps in
            for name in ["d/2024-01/a.csv", "d/2024-02/b.csv", "d/2023-12/c.csv", "d/x.csv", "dd/x.csv"] { try await steps.put(name) }
            try steps.same(try await steps.names("d/*.csv"), ["d/x.csv"])
            try steps.same(try await steps.names("d/2024-*/*.csv"), ["d/2024-01/a.csv", "d/2024-02/b.csv"])
            try steps.same(try await steps.names("d/2024-0[2-9]/?.csv"), ["d/2024-02/b.csv"])
            try steps.same(try await steps.names("d*/x.csv"), ["d/x.csv", "dd/x.csv"])
            try steps.same(try await steps.names("d/x.csv"), ["d/x.csv"])
            try steps.same(try await steps.names("d/{2023-12,2024-01}/*"), ["d/2023-12/c.csv", "d/2024-01/a.csv"])
        },
        StoreCheck("pages hold what a list holds, and entries what lies directly in a directory") { steps in
            for name in ["a/1", "a/2", "a/b/3", "a/c/d/4", "5", "a/.hidden", "_tmp/6"] { try await steps.put(name) }
            var paged: [String] = []
            try await steps.store.eachPage(below: "a") { paged += $0.map(\.name) }
            try steps.same(paged, ["a/1", "a/2", "a/b/3", "a/c/d/4"])
            let entries = try await steps.store.entries(in: "a")
            try steps.same(entries.objects.map(\.name), ["a/1", "a/2"])
            try steps.same(entries.directories, ["a/b", "a/c"])
            let top = try await steps.store.entries(in: "")
            try steps.same(top.objects.map(\.name), ["5"])
            try steps.same(top.directories, ["a"])
            try steps.same(try await steps.store.entries(in: "nothing"), DirectoryEntries())
        },
        StoreCheck("hidden objects are listed only by patterns that say so") { steps in
            for name in ["a.csv", "_SUCCESS", ".hidden.csv", "_tmp/a.csv", "x/.y/a.csv"] { try await steps.put(name) }
            try steps.same(try await steps.names("**/*"), ["a.csv"])
            try steps.same(try await steps.names("_*"), ["_SUCCESS"])
            try steps.same(try await steps.names("_tmp/*"), ["_tmp/a.csv"])
            try steps.same(try await steps.names(".*"), [".hidden.csv"])
            try steps.same(try await steps.store.list(below: "").map(\.name), ["a.csv"])
        },
    ]

    private static let names = [
        StoreCheck("a pattern without a match names the nearest directory and what is in it") { steps in
            try await steps.put("flights/month=01/a.csv.gz")
            let wrongEnding = try await steps.fails(.fileNotFound) { try await steps.store.list(Glob("flights/month=01/*.json")) }
            try steps.holds(wrongEnding.remedy?.contains("a.csv.gz") == true, "\(wrongEnding)")
            let wrongName = try await steps.fails(.fileNotFound) { try await steps.store.list(Glob("fligths/**/*.gz")) }
            try steps.holds(wrongName.remedy?.contains("did you mean") == true, "\(wrongName)")
            try steps.holds(wrongName.remedy?.contains("flights") == true, "\(wrongName)")
            let directory = try await steps.fails(.fileNotFound) { try await steps.store.list(Glob("flights/month=01")) }
            try steps.holds(directory.remedy?.contains("flights/month=01/**") == true, "\(directory)")
            let missing = try await steps.fails(.fileNotFound) { try await steps.store.open("flights/month=02/a.csv.gz") }
            try steps.holds(missing.remedy?.contains("month=01") == true, "\(missing)")
            try await steps.fails(.fileNotFound) { try await steps.store.info("nothing/like/this") }
            try await steps.fails(.fileNotFound) { try await steps.store.access("flights/none") }
        },
        StoreCheck("names cannot leave the store") { steps in
            for name in ["../a", "/etc/passwd", "a/../../b", "a//b", "", ".", "a/./b", "a\0b"] {
                try await steps.fails(.invalidArgument) { try await steps.store.open(name) }
                try await steps.fails(.invalidArgument) { try await steps.store.access(name) }
                try await steps.fails(.invalidArgument) { try await steps.store.create(name) }
                try await steps.fails(.invalidArgument) { try await steps.store.put([], as: name, if: .none) }
                try await steps.fails(.invalidArgument) { try await steps.store.remove(name) }
                try await steps.fails(.invalidArgument) { try await steps.store.removeAll([name]) }
                try await steps.fails(.invalidArgument) { try await steps.store.info(name) }
                try await steps.fails(.invalidArgument) { try Glob(name) }
            }
        },
    ]
}
