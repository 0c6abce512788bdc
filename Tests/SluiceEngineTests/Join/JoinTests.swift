import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceEngine

@Suite("Joins in memory and on disk give what a plain model gives")
struct JoinTests {
    private static let seed = UInt64.random(in: .min ... .max)

    private static let keyTypes: [[DataType]] =
        (RandomValue.plainTypes + RandomValue.nestedTypes).map { [$0] } + [
            [.string, .timestamp(zoned: true)], [.int32, .int64], [.int64, .int64, .int64, .int64, .int64], [.string, .string, .date],
            [.float64, .boolean, .int8],
        ]

    /// One type of each way in which keys are held and hashed.
    private static let spilledTypes: [[DataType]] = [
        [.int32], [.string], [.float64], [.decimal(precision: 30, scale: 2)], [.list(.int64)], [.string, .timestamp(zoned: true)],
        [.int64, .int64, .int64, .int64, .int64],
    ]

    private func makeCase(
        _ types: [DataType], inputRows: Int, tableRows: Int, distinct: Int = 12, isUnique: Bool = false, _ generator: inout Seeded
    ) throws -> JoinCase {
        let fields = types.enumerated().map { (name: "k\($0)", type: $1) } + [("text", .string), ("number", .int64)]
        return try JoinCase(
            fields, keys: Array(types.indices), inputRows: inputRows, tableRows: tableRows, distinct: distinct, isUnique: isUnique,
            using: &generator)
    }

    private func check(
        _ test: JoinCase, _ kind: JoinKind, memory: Int = 1 << 30, workers: Int, isOrdered: Bool, spills: Bool? = nil,
        _ generator: inout Seeded, _ comment: Comment
    ) throws {
        let bench = Workbench(memory: memory)
        let rows = try test.run(kind, bench.resources, workers: workers, using: &generator).map(\.key)
        let wanted = test.model(kind).map(\.key)
        if isOrdered {
            #expect(difference(rows, wanted) == nil, comment)
        } else {
            #expect(difference(rows.sorted(), wanted.sorted()) == nil, comment)
        }
        #expect(bench.resources.budget.usedBytes == 0, comment)
        if let spills { #expect((bench.spilledBytes > 0) == spills, comment) }
    }

    @Test("keys of all types, unique or not, with nulls", arguments: keyTypes.indices, JoinKind.allCases)
    func types(_ index: Int, _ kind: JoinKind) throws {
        let seed = Self.seed &+ UInt64(index)
        var generator = Seeded(seed)
        for round in 0..<5 {
            let test = try makeCase(
                Self.keyTypes[index], inputRows: round == 0 ? 0 : 90, tableRows: round == 1 ? 0 : 30 * round,
                distinct: round < 4 ? 12 : 90, isUnique: round.isMultiple(of: 2), &generator)
            let comment = Comment(rawValue: "seed \(seed), round \(round)")
            // Rows of the table without a match come in the order of their keys.
            try check(test, kind, workers: 1, isOrdered: !kind.keepsTable, &generator, comment)
            try check(test, kind, workers: 3, isOrdered: false, spills: false, &generator, comment)
        }
    }

    @Test("a table of ten times the memory and more goes to disk, whatever its keys", arguments: spilledTypes.indices)
    func spilled(_ index: Int) throws {
        let seed = Self.seed &+ UInt64(index)
        var generator = Seeded(seed)
        let test = try makeCase(
            Self.spilledTypes[index], inputRows: 400, tableRows: 5_000, distinct: 3_000, isUnique: index.isMultiple(of: 2), &generator)
        let bytes = test.table.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.flattened.byteCount } }
        let comment = Comment(rawValue: "seed \(seed), \(bytes) bytes")
        // Keys of few values, of which unique ones are fewer still, fit into what a part may always hold.
        let spills = bytes > 2 * OperatorLimits.leastBytes ? true : nil
        for kind in JoinKind.allCases {
            try check(test, kind, memory: bytes / 12, workers: 2, isOrdered: false, spills: spills, &generator, comment)
        }
    }

    @Test("partitions that do not fit are spread again", arguments: JoinKind.allCases)
    func nested(_ kind: JoinKind) throws {
        var generator = Seeded(Self.seed)
        let test = try wide(kind, rows: 12_000, hot: 0, &generator)
        try check(test, kind, memory: 1 << 16, workers: 2, isOrdered: false, spills: true, &generator, "seed \(Self.seed)")
    }

    @Test("one key that most of the table's rows have is joined block by block", arguments: JoinKind.allCases)
    func skewed(_ kind: JoinKind) throws {
        var generator = Seeded(Self.seed)
        let test = try wide(kind, rows: 3_000, hot: 2_500, &generator)
        try check(test, kind, memory: 1 << 16, workers: 2, isOrdered: false, spills: true, &generator, "seed \(Self.seed)")
    }

    /// Rows with long texts, of which so many have one key; few of the input's have it.
    private func wide(_ kind: JoinKind, rows: Int, hot: Int, _ generator: inout Seeded) throws -> JoinCase {
        let schema = try Schema([Field("k", .int64), Field("text", .string)])
        func batch(_ keys: [Int64?]) throws -> Batch {
            let columns = [
                try ColumnBuilder.column(.int64, keys.map { $0.map { .integer($0) } ?? .null }),
                try ColumnBuilder.column(.string, keys.indices.map { .string("\($0) " + String(repeating: "x", count: 200)) }),
            ]
            return Batch(schema, columns, rowCount: keys.count)
        }
        var keys = (0..<rows).map { row in row < hot ? Int64(7) : Int64.random(in: 0..<Int64(rows) * 1000, using: &generator) }
        keys.shuffle(using: &generator)
        var some: [Int64?] = (0..<400).map { _ in keys.randomElement(using: &generator)! }
        if hot > 0 { some = [7, 7, 7] + keys.filter { $0 != 7 }.prefix(300).map { Int64?($0) } }
        some += [nil, -1, -2, nil]
        return JoinCase(
            schema: schema, input: JoinCase.cut(try batch(some), using: &generator),
            table: JoinCase.cut(try batch(keys + [nil, nil]), using: &generator), keys: [0])
    }

    @Test("what a batch gives comes in pieces, and in order, however many matches there are")
    func manyMatches() throws {
        let schema = try Schema([Field("k", .int64)])
        func batch(_ keys: [Int64]) -> Batch { Batch(schema, [.integers(keys)], rowCount: keys.count) }
        let bench = Workbench()
        let test = JoinCase(
            schema: schema, input: [batch([1, 2, 1, 3])], table: [batch([Int64](repeating: 1, count: 200_000) + [3, 3])], keys: [0])
        let building = JoinBuilding(test.operation(.left), outputSchema: test.outputSchema(.left), resources: bench.resources)
        let part = building.makePart()
        var rejects: [Reject] = []
        try part.take(test.table[0], at: BatchPosition(0), rejects: &rejects)
        let probe = try building.combine([part]).makePart()
        var (rows, most) = (0, 0)
        var keys: [Int64] = []
        var output = try probe.push(test.input[0], at: BatchPosition(0), rejects: &rejects)
        while !output.isEmpty {
            most = max(most, output.reduce(0) { $0 + $1.rowCount })
            rows += output.reduce(0) { $0 + $1.rowCount }
            for batch in output { if let found = batch.columns[0].integers { keys += Set(found).sorted() } }
            output = try probe.next(rejects: &rejects)
        }
        #expect(rows == 400_003)
        #expect(most <= 16 * EngineLimits.outputRows)
        #expect(keys.filter { $0 == 2 } == [2])
        #expect(keys.last == 3)
    }

    @Test("texts too long for the table's keys match nothing, and hide no others, also as unused values of a dictionary")
    func longTexts() throws {
        var generator = Seeded(Self.seed)
        let schema = try Schema([Field("a", .string), Field("b", .int64)])
        let long = String(repeating: "long ", count: 9)
        func batch(_ texts: [String], isCoded: Bool = false) -> Batch {
            let column = Column.texts(ByteRows(texts: texts))
            let columns = [isCoded ? column.asDictionary : column, .integers([Int64](repeating: 1, count: texts.count))]
            return Batch(schema, columns, rowCount: texts.count)
        }
        let short = ["x", "yy", "", "zz"]
        let inputs = [
            batch(short + [long, "zz", long]), batch([long] + short, isCoded: true), batch([long, long]),
            batch(["yy", "x", "q", "yy", "x", "q", long], isCoded: true).gather([0, 1, 2, 3, 4, 5]), batch(short),
        ]
        for keys in [[0], [0, 1]] {
            let test = JoinCase(schema: schema, input: inputs, table: [batch(["yy", "x", "", "w"])], keys: keys)
            for kind in JoinKind.allCases {
                try check(test, kind, workers: 1, isOrdered: !kind.keepsTable, &generator, "\(keys) \(kind)")
            }
        }
    }

    @Test("an input whose rows all match once keeps its columns as they are", arguments: [JoinKind.inner, .left])
    func passedThrough(_ kind: JoinKind) throws {
        let schema = try Schema([Field("k", .int64), Field("t", .string)])
        func batch(_ keys: [Int64]) -> Batch {
            Batch(schema, [.integers(keys), .texts(ByteRows(texts: keys.map { "t\($0)" }))], rowCount: keys.count)
        }
        let bench = Workbench()
        let test = JoinCase(schema: schema, input: [batch([5, 6, 5])], table: [batch([6, 5])], keys: [0])
        let building = JoinBuilding(test.operation(kind), outputSchema: test.outputSchema(kind), resources: bench.resources)
        let part = building.makePart()
        var rejects: [Reject] = []
        try part.take(test.table[0], at: BatchPosition(0), rejects: &rejects)
        let output = try building.combine([part]).makePart().push(test.input[0], at: BatchPosition(0), rejects: &rejects)
        guard output.count == 1, case .bytes(let before) = test.input[0].columns[1].storage,
            case .bytes(let after) = output[0].columns[1].storage
        else {
            Issue.record("\(output)")
            return
        }
        let isSame = before.data.withUnsafeBufferPointer { a in after.data.withUnsafeBufferPointer { a.baseAddress == $0.baseAddress } }
        #expect(isSame)
        #expect(output[0].rowValues.map(\.key) == test.model(kind).map(\.key))
    }
}
