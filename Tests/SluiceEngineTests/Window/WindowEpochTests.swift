import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

/// Windows of every kind over rows that come piece by piece in disorder: what is handed on must be what a plain model finds, wherever the
/// pieces are cut and whenever the windows are restored from their files.
@Suite("windows in pieces")
struct WindowEpochTests {
    static let seed = UInt64.random(in: .min ... .max)
    static let second: Int64 = 1_000_000
    static let schema = Schema(
        unchecked: [Field("key", .string), Field("n", .int64), Field("at", .timestamp(zoned: false), isNullable: false)])

    struct Row {
        var key: String?
        var n: Int64
        var at: Int64
    }

    /// A window's result.
    private struct Window: Hashable {
        var start: Int64
        var end: Int64
        var key: String?
        var count: Int64
        var sum: Int64

        var json: String {
            Value.structure([
                .init("window_start", .timestamp(start, zoned: false)), .init("window_end", .timestamp(end, zoned: false)),
                .init("key", key.map { .string($0) } ?? .null), .init("count", .integer(count)), .init("sum", .integer(sum)),
            ]).json
        }
    }

    static func batch(_ rows: [Row]) throws -> Batch {
        let columns = [
            try ColumnBuilder.column(.string, rows.map { $0.key.map { .string($0) } ?? .null }),
            try ColumnBuilder.column(.int64, rows.map { .integer($0.n) }),
            try ColumnBuilder.column(.timestamp(zoned: false), rows.map { .timestamp($0.at, zoned: false) }),
        ]
        return Batch(schema, columns, rowCount: rows.count)
    }

    /// The step with some aggregates.
    static func step(
        _ kind: WindowOperation.Kind, delay: Int64, aggregates: [String] = ["count(*)", "sum(n)"], lateness: Int64 = 0
    ) throws -> (LogicalOperation, Schema) {
        let bound = try aggregates.map { try AggregateCall(parsing: $0).bind(to: schema) }
        let groups = AggregateOperation(groups: [try Expression(parsing: "key").bind(to: schema)], aggregates: bound)
        var window = WindowOperation(
            time: try Expression(parsing: "at").bind(to: schema), kind: kind, delay: delay, idle: 3_600 * second, lateRows: .deadLetter,
            groups: groups)
        window.allowedLateness = lateness
        (window.timeText, window.groupTexts, window.aggregateTexts) = ("at", ["key"], aggregates)
        let stamp = DataType.timestamp(zoned: false)
        let marks = [Field("window_start", stamp), Field("window_end", stamp)] + (lateness > 0 ? [Field("revision", .int64)] : [])
        let names = aggregates.map { String($0.prefix { $0 != "(" }) }
        return (.window(window), Schema(unchecked: marks + [Field("key", .string)] + zip(names, bound).map { Field($0, $1.type) }))
    }

    /// - Parameter watermark: Windows that end by it are handed on.
    func model(_ rows: [Row], _ kind: WindowOperation.Kind, watermark: Int64) -> [String] {
        var windows: [Window] = []
        for (key, rows) in Dictionary(grouping: rows, by: \.key) {
            func add(_ some: some Collection<Row>, _ start: Int64, _ end: Int64) {
                windows.append(Window(start: start, end: end, key: key, count: Int64(some.count), sum: some.reduce(0) { $0 + $1.n }))
            }
            let sorted = rows.sorted { $0.at < $1.at }
            switch kind {
            case .sliding(let size, let slide):
                let starts = Set(
                    rows.flatMap { row in
                        (0..<(size / slide)).map { row.at.floorDivided(by: slide) * slide - $0 * slide }.filter { row.at < $0 + size }
                    })
                for start in starts where start + size <= watermark {
                    add(rows.filter { $0.at >= start && $0.at < start + size }, start, start + size)
                }
            case .session(let gap):
                var session: [Row] = []
                for row in sorted + [Row(key: key, n: 0, at: .max)] {
                    if let last = session.last, row.at - last.at >= gap {
                        if last.at + gap <= watermark { add(session, session[0].at, last.at + gap) }
                        session = []
                    }
                    session.append(row)
                }
            case .stagger(let size):
                var rest = sorted[...]
                while let first = rest.first {
                    let window = rest.prefix { $0.at < first.at + size }
                    rest = rest.dropFirst(window.count)
                    if first.at + size <= watermark { add(window, first.at, first.at + size) }
                }
            case .count(let size):
                for start in stride(from: 0, to: rows.count, by: size) {
                    let window = rows[start..<min(start + size, rows.count)]
                    guard window.count == size || watermark == .max else { continue }
                    add(window, window.map(\.at).min()!, window.map(\.at).max()!)
                }
            }
        }
        return windows.map(\.json).sorted()
    }

    private static let kinds: [WindowOperation.Kind] = [
        .sliding(size: 20 * second, slide: 20 * second), .sliding(size: 30 * second, slide: 10 * second), .session(gap: 7 * second),
        .stagger(size: 15 * second), .count(3),
    ]

    @Test("every kind gives in pieces, and through restarts, what it gives in one go", arguments: kinds, Rounds.of(8))
    func pieces(_ kind: WindowOperation.Kind, _ round: Int) async throws {
        var generator = Seeded(Self.seed &+ UInt64(round))
        let disorder = Int64.random(in: 1...30, using: &generator) * Self.second
        let step = try Self.step(kind, delay: disorder)
        let harness = try EpochHarness([step])
        var all: [Row] = []
        for epoch in 0..<Int64.random(in: 1...(round == 0 ? 90 : 20), using: &generator) {
            let rows = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                Row(
                    key: Int.random(in: 0..<9, using: &generator) == 0 ? nil : "k\(Int.random(in: 0..<4, using: &generator))",
                    n: .random(in: 0..<1_000, using: &generator),
                    at: epoch * 10 * Self.second + .random(in: 0..<disorder, using: &generator))
            }
            all += rows
            try await harness.run(Self.schema, rows.isEmpty ? [] : [try Self.batch(rows)])
            if Int.random(in: 0..<3, using: &generator) == 0 { try harness.restart() }
        }
        let watermark = (all.map(\.at).max() ?? 0) - disorder
        let found = try harness.rows().sorted()
        #expect(found == model(all, kind, watermark: watermark), "seed \(Self.seed), round \(round)")
        if all.isEmpty { return }
        let whole = try await EpochHarness.whole([step], Self.schema, [try Self.batch(all)])
        #expect(whole.sorted() == model(all, kind, watermark: .max), "seed \(Self.seed), round \(round)")
    }

    /// Rows of many groups in order of time, a piece of them for each minute.
    private static func many(_ generator: inout Seeded, groups: Int, pieces: Int) -> [[Row]] {
        (0..<pieces).map { piece in
            (0..<groups).map { _ in
                Row(
                    key: "key number \(Int.random(in: 0..<groups, using: &generator))", n: .random(in: 0..<1_000, using: &generator),
                    at: (Int64(piece) * 60 + .random(in: 0..<60, using: &generator)) * second)
            }
        }
    }

    @Test(
        "windows that are ten times what memory holds go to disk, and come out as without a limit, through restarts",
        arguments: [WindowOperation.Kind.sliding(size: 600 * second, slide: 120 * second), .stagger(size: 240 * second)],
        [0, 3_600] as [Int64])
    func spilled(_ kind: WindowOperation.Kind, _ lateness: Int64) async throws {
        if case .stagger = kind, lateness > 0 { return }
        var generator = Seeded(Self.seed)
        let pieces = Self.many(&generator, groups: 1_200, pieces: 14)
        let step = try Self.step(kind, delay: 30 * Self.second, lateness: lateness * Self.second)
        let (free, bound) = (try EpochHarness([step]), try EpochHarness([step], limitBytes: 40 << 10))
        var most = 0
        // The last pieces are few rows, so that what is left of all others returns to memory.
        let last = Row(key: "last", n: 1, at: 9_000 * Self.second)
        for (number, rows) in (pieces + [[last], []]).enumerated() {
            let batches = try rows.isEmpty ? [] : [Self.batch(rows)]
            try await free.run(Self.schema, batches)
            try await bound.run(Self.schema, batches)
            most = max(most, (free.state as? WindowState)?.windows.byteCount ?? 0)
            if number % 4 == 2 { try bound.restart() }
            #expect((bound.state as? WindowState)?.windows.byteCount ?? .max <= 80 << 10)
        }
        #expect(most >= 400 << 10 && bound.spilledBytes > most)
        #expect(try bound.rows().sorted() == free.rows().sorted(), "seed \(Self.seed)")
        #expect((bound.state as? WindowState)?.isSpilled == false)
    }

    @Test("a whole input of windows beyond memory, of each kind", arguments: kinds.dropLast())
    func spilledWhole(_ kind: WindowOperation.Kind) async throws {
        var generator = Seeded(Self.seed)
        let step = try Self.step(kind, delay: 0)
        let batches = try Self.many(&generator, groups: 600, pieces: 20).map { try Self.batch($0) }
        let free = try await EpochHarness.whole([step], Self.schema, batches)
        let bound = try await EpochHarness.whole([step], Self.schema, batches, limitBytes: 60 << 10)
        #expect(free.count > 5_000 && bound.sorted() == free.sorted(), "seed \(Self.seed)")
    }

    @Test(
        "late rows that are allowed correct each window and group once an epoch; the highest revision is the whole window", arguments: 0..<6
    )
    func corrections(_ round: Int) async throws {
        var generator = Seeded(Self.seed &+ UInt64(round))
        let kind = Self.kinds[round % 2]
        let step = try Self.step(kind, delay: 0, lateness: 10_000 * Self.second)
        let harness = try EpochHarness([step])
        var all: [Row] = []
        for epoch in 0..<12 {
            let rows = (0..<8).map { _ in
                Row(
                    key: "k\(Int.random(in: 0..<3, using: &generator))", n: 1,
                    at: Int64.random(in: 0..<(Int64(epoch) * 10 + 20), using: &generator) * Self.second)
            }
            all += rows
            try await harness.run(Self.schema, [try Self.batch(rows)])
            if Int.random(in: 0..<3, using: &generator) == 0 { try harness.restart() }
        }
        let rows = try harness.rows().map { try JSONText.members($0) }
        var highest: [[String]: (revision: Int, row: [String: String])] = [:]
        for row in rows {
            let key = [row["window_start"] ?? "", row["key"] ?? ""]
            let revision = Int(row["revision"] ?? "") ?? -1
            if let known = highest[key] {
                #expect(revision == known.revision + 1, "\(key) seed \(Self.seed)")
            } else {
                #expect(revision == 0 || revision == 1)
            }
            highest[key] = (revision, row)
        }
        let found = highest.values.map { "\($0.row["window_start"]!) \($0.row["key"]!) \($0.row["count"]!)" }.sorted()
        let watermark = all.map(\.at).max()!
        let expected = try model(all, kind, watermark: watermark).map { text in
            let row = try JSONText.members(text)
            return "\(row["window_start"]!) \(row["key"]!) \(row["count"]!)"
        }
        #expect(found == expected.sorted(), "seed \(Self.seed)")
    }

    @Test("what is kept goes on under a definition that needs no more of it, and is refused, with the reason, by one that does")
    func changedDefinitions() async throws {
        let kind = WindowOperation.Kind.sliding(size: 20 * Self.second, slide: 20 * Self.second)
        let harness = try EpochHarness([try Self.step(kind, delay: 0, aggregates: ["count(*)", "sum(n)", "min(n)"])])
        try await harness.run(Self.schema, [try Self.batch([Row(key: "a", n: 5, at: 0), Row(key: "a", n: 7, at: Self.second)])])
        let refusals: [((LogicalOperation, Schema), String)] = [
            (try Self.step(kind, delay: 0, aggregates: ["count(*)", "max(n)"]), "did not keep max(n)"),
            (
                try Self.step(.sliding(size: 30 * Self.second, slide: 30 * Self.second), delay: 0),
                "had windows of 20 s, and now windows of 30 s"
            ),
            (try Self.step(.session(gap: 20 * Self.second), delay: 0), "had windows of 20 s"),
            (try Self.step(kind, delay: 0, lateness: 5), "a lateness of 0 s, which is too short"),
        ]
        for (step, reason) in refusals {
            let error = #expect(throws: SluiceError.self) { try harness.restart([step]) }
            #expect(error?.code == .stateMismatch && error?.message.contains(reason) == true, "\(String(describing: error))")
        }
        let error = #expect(throws: SluiceError.self) { try harness.restart([]) }
        #expect(error?.message.contains("is gone") == true)
        // Other waits, other order, fewer aggregates, and a step in front.
        let step = try Self.step(kind, delay: 5 * Self.second, aggregates: ["min(n)", "sum(n)"])
        let pass: (LogicalOperation, Schema) = (.sample(.every(1)), Self.schema)
        let changed = try EpochHarness([try Self.step(kind, delay: 0, aggregates: ["count(*)", "sum(n)", "min(n)"])])
        try await changed.run(Self.schema, [try Self.batch([Row(key: "a", n: 5, at: 0), Row(key: "a", n: 7, at: Self.second)])])
        try changed.change(to: [pass, step])
        try await changed.run(Self.schema, [try Self.batch([Row(key: "a", n: 1, at: 2 * Self.second)])])
        try changed.restart()
        try await changed.run(Self.schema, [try Self.batch([Row(key: "b", n: 1, at: 25 * Self.second)])])
        let rows = try changed.rows()
        #expect(rows.count == 1 && rows[0].contains("\"min\":1") && rows[0].contains("\"sum\":13"), "\(rows)")
    }
}

/// The members of a flat JSON object as texts.
enum JSONText {
    static func members(_ text: String) throws -> [String: String] {
        var result: [String: String] = [:]
        for part in text.dropFirst().dropLast().split(separator: ",") {
            let pair = part.split(separator: ":", maxSplits: 1)
            result[String(pair[0].filter { $0 != "\"" })] = String(pair[1])
        }
        return result
    }
}
