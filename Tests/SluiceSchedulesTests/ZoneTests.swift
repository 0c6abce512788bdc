import Glibc
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceSchedules

@Suite("time zones", .enabled(if: !ZoneDirectory.system.names().isEmpty, "this system has no tzdata")) struct ZoneTests {
    @Test("every zone of tzdata is read, and its offsets are Python's around every change and in later years") func offsets() async throws {
        let names = ZoneDirectory.system.names()
        #expect(names.count > 300)
        // One line for each zone: what the offsets are around changes from 1900 on, and each ninth day to 2150.
        let script = """
            import sys, zoneinfo, datetime
            utc = datetime.timezone.utc
            for line in sys.stdin:
                name, *times = line.split()
                zone = zoneinfo.ZoneInfo(name)
                print(name, *[int(datetime.datetime.fromtimestamp(int(t), utc).astimezone(zone).utcoffset().total_seconds()) for t in times])
            """
        var input = ""
        var expected: [String: [Int]] = [:]
        for name in names {
            let zone = try ZoneDirectory.system.zone(name)
            let changes = zone.transitions.filter { $0 > -2_208_988_800 && $0 < 5_600_000_000 }
            let times = changes.flatMap { [$0 - 1, $0, $0 + 1] } + stride(from: Int64(-1_000_000_000), to: 5_680_000_000, by: 20_000_003)
            input += "\(name) " + times.map(String.init).joined(separator: " ") + "\n"
            expected[name] = times.map { zone.offset(at: $0) }
        }
        let python = getenv("SLUICE_PYTHON").map { String(cString: $0) } ?? "python3"
        guard let result = try? await Command(python, ["-c", script], input: .text(input)).run(timeout: .seconds(300)), result.exitCode == 0
        else {
            print("skipped: there is no python3 with zoneinfo")
            return
        }
        var seen = 0
        for line in result.output.split(separator: "\n") {
            let words = line.split(separator: " ")
            #expect(words.dropFirst().compactMap { Int($0) } == expected[String(words[0])], "\(words[0])")
            seen += 1
        }
        #expect(seen == names.count)
    }

    @Test("a local time that is skipped is at the jump, one that comes twice is the first") func switches() throws {
        let berlin = try ZoneDirectory.system.zone("Europe/Berlin")
        #expect(
            try ticks("30 2 * * *", from: "2026-03-28T00:00", zone: berlin)
                == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"])
        #expect(
            try ticks("30 2 * * *", from: "2026-10-24T12:00", count: 2, zone: berlin)
                == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"])
        // All local times between two and three are at one moment: one tick.
        #expect(
            try ticks("*/20 * * * *", from: "2026-03-29T00:30", zone: berlin)
                == ["2026-03-29T01:40:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:20:00+02:00"])
        #expect(
            try ticks("*/20 2-3 * * *", from: "2026-10-25T00:30", count: 3, zone: berlin)
                == ["2026-10-25T02:40:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-25T03:20:00+01:00"])
        // A day that never was.
        let apia = try ZoneDirectory.system.zone("Pacific/Apia")
        #expect(
            try ticks("0 12 * * *", from: "2011-12-29T12:00", zone: apia)
                == ["2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"])
        // Half an hour.
        let island = try ZoneDirectory.system.zone("Australia/Lord_Howe")
        #expect(try ticks("15 2 4 10 *", from: "2026-09-01", count: 1, zone: island) == ["2026-10-04T02:30:00+11:00"])
        // Years behind the table are the rule's.
        #expect(try ticks("30 2 * * *", from: "2150-03-28T12:00", count: 1, zone: berlin) == ["2150-03-29T03:00:00+02:00"])
    }

    @Test("rules of POSIX, also those with days of the year, hours beyond the day and summer time all year") func footers() throws {
        func offsets(_ rule: String, _ times: [String]) throws -> [Int] {
            let footer = try #require(ZoneFooter(rule.utf8), "\(rule)")
            let zone = ZoneRules(name: rule, initialOffset: footer.standard, changes: footer.changes(after: 0))
            return try times.map { zone.offset(at: try seconds($0)) }
        }
        #expect(
            try offsets("EST5EDT,M3.2.0,M11.1.0", ["2030-03-10T06:59:59", "2030-03-10T07:00:00", "2030-11-03T06:00"]) == [
                -18000, -14400, -18000,
            ])
        #expect(try offsets("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ["2030-03-31T00:59:59", "2030-03-31T01:00"]) == [-7200, -3600])
        #expect(
            try offsets("XXX3EDT4,0/0,J365/23", ["2030-01-01T00:00", "2030-07-01T00:00", "2030-12-31T23:59"]) == [-14400, -14400, -14400])
        #expect(try offsets("IST-1GMT0,M10.5.0,M3.5.0/1", ["2030-01-01", "2030-07-01"]) == [0, 3600])
        #expect(try offsets("<+0330>-3:30", ["2030-01-01"]) == [12600])
        #expect(
            try offsets("A3B2,J59/0,J61/0", ["2028-02-28T02:59", "2028-02-28T03:00", "2028-03-02T01:59", "2028-03-02T02:00"]) == [
                -10800, -7200, -7200, -10800,
            ])
        for rule in ["", "A", "<A3", "A3B", "A3B,M13.1.0,M1.1.0", "A3B,M3.6.0,M1.1.0", "A3B,M3.1.0", "A3B,M3.1.0,M10.1.0x", "A3:60"] {
            #expect(ZoneFooter(rule.utf8) == nil, "\(rule)")
        }
    }

    @Test("a damaged file is refused, however it is damaged") func damage() throws {
        let path = ZoneDirectory.system.path + "/Europe/Berlin"
        let bytes = try DiskFiles.read(path)
        for count in 0..<bytes.count {
            #expect(throws: SluiceError.self) { try ZoneFile.rules(Array(bytes[..<count]), name: "cut", path: path) }
        }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<3_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0 ... .max, using: &random)
            }
            // What is still a zone answers.
            guard let zone = try? ZoneFile.rules(changed, name: "changed", path: path) else { continue }
            let moment = Int64.random(in: -3_000_000_000...6_000_000_000, using: &random)
            #expect(zone.instant(ofLocal: zone.lastLocal(notAfter: moment)) <= moment)
        }
    }

    @Test("a zone that is not there is named with one that is near; no path leaves tzdata")
    func unknown() throws {
        let zones = ZoneDirectory.system
        for (name, near) in [("Europe/Berln", "Europe/Berlin"), ("new york", "America/New_York"), ("europe/berlin", "Europe/Berlin")] + [
            // POSIX counts to the west.
            ("UTC+2", "Etc/GMT-2"), ("+05:00", "Etc/GMT-5"), ("GMT-3", "Etc/GMT+3"), ("-0800", "Etc/GMT+8"),
        ] {
            let error = try #require(throws: SluiceError.self) { try zones.zone(name) }
            #expect(error.remedy?.contains(near) == true, "\(error)")
        }
        for name in ["../../etc/passwd", "/etc/localtime", "Europe", "", "Europe/../UTC", "zone.tab"] {
            #expect(throws: SluiceError.self) { try zones.zone(name) }
        }
        #expect(try ZoneDirectory(path: "/nonexistent").zone("UTC") === ZoneRules.utc)
        let error = try #require(throws: SluiceError.self) { try ZoneDirectory(path: "/nonexistent").zone("Europe/Berlin") }
        #expect(error.remedy?.contains("tzdata") == true)
    }
}
