import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

/// Rows of two sides that come piece by piece, in any order: what comes out must be what a plain model finds, wherever the pieces are cut and
/// whenever the join is restored from its files.
@Suite("joins within a time")
struct IntervalJoinTests {
    static let seed = UInt64.random(in: .min ... .max)
    private static let schema = Schema(
        unchecked: [Field("key", .string), Field("n", .int64), Field("at", .timestamp(zoned: false), isNullable: false)])

    struct Row {
        var key: String?
        var n: Int64
        var at: Int64
    }

    static func batch(_ rows: [Row]) throws -> Batch {
        let columns = [
            try ColumnBuilder.column(.string, rows.map { $0.key.map { .string($0) } ?? .null }),
            try ColumnBuilder.column(.int64, rows.map { .integer($0.n) }),
            try ColumnBuilder.column(.timestamp(zoned: false), rows.map { .timestamp($0.at, zoned: false) }),
        ]
        return Batch(schema, columns, rowCount: rows.count)
    }

    static func operation(_ kind: JoinKind, before: Int64, after: Int64, delay: Int64) -> (JoinOperation, Schema) {
        let source = EngineHarness.planned(MemorySource(schema: schema, batches: []))
        var join = JoinOperation(kind: kind, table: source, inputKeys: [0], tableKeys: [0], tableColumns: kind.addsColumns ? [1] : [])
        join.interval = IntervalMatch(
            inputTime: 2, tableTime: 2, before: before, after: after, delay: delay, idle: 1_000_000, lateRows: .deadLetter)
        let added = kind.addsColumns ? [Field("other", .int64)] : []
        return (join, Schema(unchecked: schema.fields + added))
    }

    /// One join over its epochs, with the files that it is restored from.
    final class Subject {
        let plan: IntervalPlan
        let bench: Workbench
        let limitBytes: Int
        var state: IntervalState
        var files: [[(path: String, bytes: Int, newest: Int64)]] = [[], []]
        var epoch = 0

        init(_ join: JoinOperation, _ output: Schema, limitBytes: Int = 1 << 30) {
            plan = IntervalPlan(join, join.interval!, outputSchema: output)
            self.limitBytes = limitBytes
            bench = Workbench(memory: limitBytes)
            state = IntervalState(plan, limitBytes: limitBytes)
        }

        var sides: [IntervalSide] { [state.input, state.table] }

        func run(_ input: [Row], _ table: [Row], isWhole: Bool = false) throws -> (rows: [String], rejects: [Reject]) {
            epoch += 1
            for (number, side) in sides.enumerated() where !isWhole {
                side.changes = StateFileWriter(path: "\(bench.directory)/\(epoch)-\(number)")
                side.stored = stored(number)
            }
            let harness = try EngineHarness()
            defer { harness.remove() }
            let context = EpochContext(
                number: epoch, splitNames: ["left"], followedSplits: [0: ["right"]], openSplits: ["left", "right"], nowMicros: 0,
                states: StepStates(harness.plan(try EngineHarness.source([]), [], sink: MemorySink())))
            let step = IntervalStep(
                state: state, resources: bench.resources, index: 0, epoch: isWhole ? nil : context)
            var rejects: [Reject] = []
            let building = IntervalBuilding(step: step)
            let parts = (0..<2).map { _ in building.makePart() }
            for (index, rows) in table.halves.enumerated() where !rows.isEmpty {
                try parts[index].take(
                    try IntervalJoinTests.batch(Array(rows)), at: BatchPosition(phase: 0, input: 0, piece: index), rejects: &rejects)
            }
            let probing = try building.combine(parts)
            let probes = try (0..<2).map { _ in try probing.makePart() }
            var output: [Batch] = []
            for (index, rows) in input.halves.enumerated() where !rows.isEmpty {
                output += try probes[index].push(
                    try IntervalJoinTests.batch(Array(rows)), at: BatchPosition(phase: 0, input: 0, piece: index), rejects: &rejects)
                while case let more = try probes[index].next(rejects: &rejects), !more.isEmpty { output += more }
            }
            for stream in try probing.combine(probes).streams {
                while let batch = try stream.next(rejects: &rejects) { output.append(batch) }
            }
            if !isWhole { try save() }
            return (output.flatMap { batch in (0..<batch.rowCount).map { batch.row($0).json } }, rejects)
        }

        private func stored(_ side: Int) -> [StoredRows] {
            let schema = sides[side].keptSchema
            return files[side].map {
                StoredRows(
                    path: $0.path, byteCount: $0.bytes, written: schema, positions: Array(schema.fields.indices), kept: schema)
            }
        }

        /// As between the epochs of a run: files whose rows are out of date are no longer read.
        func dropOutdated() {
            for (number, side) in sides.enumerated() {
                let oldest = side.facts.oldest ?? .max
                files[number].removeAll { $0.newest < oldest }
            }
        }

        private func save() throws {
            for (number, side) in sides.enumerated() {
                guard let writer = side.changes, try writer.finish() else { continue }
                files[number].append((writer.path, writer.byteCount, writer.newest))
                side.changes = nil
            }
        }

        /// As a run that begins anew.
        ///
        /// - Parameter background: Where rows are read beside the epochs; nil: at once.
        func restart(beside background: BackgroundWork? = nil) throws {
            let facts = sides.map(\.facts)
            state = IntervalState(plan, limitBytes: limitBytes)
            for (number, side) in sides.enumerated() {
                side.restore(facts[number])
                side.stored = stored(number)
                if let background, try side.restoreBeside(side.stored, on: background) { continue }
                for rows in stored(number) { try rows.forEach { side.restore($0) } }
                side.finishRestoring()
            }
        }
    }

    private func model(_ input: [Row], _ table: [Row], _ plan: IntervalPlan, watermark: Int64) -> [String] {
        var output: [String] = []
        func add(_ row: Row, _ other: Int64?, n: Value? = nil) {
            var members = [Value.Member("key", row.key.map { .string($0) } ?? .null), .init("n", n ?? .integer(row.n))]
            members.append(.init("at", .timestamp(row.at, zoned: false)))
            if plan.kind.addsColumns { members.append(.init("other", other.map { .integer($0) } ?? .null)) }
            output.append(Value.structure(members).json)
        }
        func isMatch(_ row: Row, _ other: Row) -> Bool {
            row.key != nil && other.key == row.key && other.at >= row.at - plan.match.before && other.at <= row.at + plan.match.after
        }
        for row in input {
            let found = table.filter { isMatch(row, $0) }
            let isOver = row.key == nil || row.at + plan.match.after < watermark
            switch plan.kind {
            case .semi: if !found.isEmpty { add(row, nil) }
            case .anti: if found.isEmpty, isOver { add(row, nil) }
            default:
                for other in found { add(row, other.n) }
                if plan.kind.keepsInput, found.isEmpty, isOver { add(row, nil) }
            }
        }
        for row in table where plan.kind.keepsTable && !input.contains(where: { isMatch($0, row) }) {
            if row.key == nil || row.at + plan.match.before < watermark { add(row, row.n, n: .null) }
        }
        return output.sorted()
    }

    /// - Parameter round: Every third has nearly no memory.
    @Test("pieces and restarts change nothing, and a whole input gives the same", arguments: JoinKind.allCases, Rounds.of(15))
    func pieces(_ kind: JoinKind, _ round: Int) throws {
        let limitBytes = round % 3 == 2 ? 2_000 : 1 << 30
        var generator = Seeded(Self.seed &+ UInt64(round))
        let disorder = Int64.random(in: 1...40_000_000, using: &generator)
        let before = Int64.random(in: 0...30_000_000, using: &generator)
        let after = [0, 5_000_000, 60_000_000 as Int64].randomElement(using: &generator)!
        let (join, output) = Self.operation(kind, before: before, after: after, delay: disorder)
        let subject = Subject(join, output, limitBytes: limitBytes)
        var all: (input: [Row], table: [Row]) = ([], [])
        var found: [String] = []
        for epoch in 0..<Int64.random(in: 1...25, using: &generator) {
            func rows(_ count: Int) -> [Row] {
                (0..<count).map { _ in
                    Row(
                        key: Int.random(in: 0..<9, using: &generator) == 0 ? nil : "k\(Int.random(in: 0..<4, using: &generator))",
                        n: .random(in: 0..<1_000_000, using: &generator),
                        at: epoch * 10_000_000 + .random(in: 0..<disorder, using: &generator))
                }
            }
            let (input, table) = (rows(.random(in: 0...25, using: &generator)), rows(.random(in: 0...25, using: &generator)))
            all.input += input
            all.table += table
            let result = try subject.run(input, table)
            #expect(result.rejects.isEmpty)
            found += result.rows
            if Int.random(in: 0..<3, using: &generator) == 0 { try subject.restart() }
        }
        let watermark = subject.state.closedThrough
        #expect(found.sorted() == model(all.input, all.table, subject.plan, watermark: watermark), "seed \(Self.seed)")
        let whole = try Subject(join, output, limitBytes: limitBytes).run(all.input, all.table, isWhole: true)
        #expect(whole.rows.sorted() == model(all.input, all.table, subject.plan, watermark: .max), "seed \(Self.seed)")
    }

    @Test("rows are forgotten once nothing can match them, and rows behind the watermark are late on both sides")
    func forgotten() throws {
        let (join, output) = Self.operation(.left, before: 0, after: 10_000_000, delay: 0)
        let subject = Subject(join, output)
        _ = try subject.run([Row(key: "a", n: 1, at: 0)], [Row(key: "b", n: 2, at: 0)])
        let later: Int64 = 3_600_000_000
        let result = try subject.run([Row(key: "a", n: 3, at: later)], [Row(key: "a", n: 4, at: later)])
        #expect(result.rows.count == 2)
        #expect(subject.state.closedThrough == later)
        #expect(subject.sides.map { $0.spans.values.reduce(0) { $0 + $1.rowCount } } == [1, 1])
        let late = try subject.run(
            [Row(key: "a", n: 5, at: later - 1)], [Row(key: "a", n: 6, at: later - 2), Row(key: "a", n: 7, at: later)])
        #expect(late.rejects.map(\.error.code) == [.lateRow, .lateRow])
        #expect(late.rows.count == 1)
    }

    @Test(
        "rows of ten times what memory holds go to disk and find their matches there",
        arguments: [JoinKind.inner, .full, .anti])
    func spilled(_ kind: JoinKind) throws {
        var generator = Seeded(Self.seed)
        let (join, output) = Self.operation(kind, before: 600_000_000, after: 900_000_000, delay: 0)
        let (free, bound) = (Subject(join, output), Subject(join, output, limitBytes: 48 << 10))
        var (most, isSpilled) = (0, false)
        var found: (free: [String], bound: [String]) = ([], [])
        for epoch in 0..<Int64(36) {
            func rows(_ count: Int) -> [Row] {
                (0..<count).map { _ in
                    Row(
                        key: "key number \(Int.random(in: 0..<900, using: &generator))", n: .random(in: 0..<1_000_000, using: &generator),
                        at: epoch * 100_000_000 + .random(in: 0..<100_000_000, using: &generator))
                }
            }
            let count = epoch < 16 ? 300 : 3
            let (input, table) = (rows(count), rows(count))
            found.free += try free.run(input, table).rows
            found.bound += try bound.run(input, table).rows
            most = max(most, free.state.byteCount)
            isSpilled = isSpilled || bound.state.isSpilled
            if epoch % 5 == 3 { try bound.restart() }
            #expect(bound.state.byteCount <= 48 << 10)
        }
        #expect(most > 480 << 10 && isSpilled && bound.bench.spilledBytes > most)
        #expect(found.bound.sorted() == found.free.sorted(), "seed \(Self.seed)")
    }
}

extension Array {
    fileprivate var halves: [ArraySlice<Element>] { [self[..<(count / 2)], self[(count / 2)...]] }
}
