import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceEngine

/// Versions of keys, against a model that has all rows of a key before it.
@Suite("histories of keys")
struct HistoryTests {
    /// A row as it reaches the operator: `isNew` is nil for a version that was known before.
    struct Event: Equatable {
        var key: Int64
        var value: Int64
        var from: Int64
        var to: Int64?
        var isDeletion = false
        var isNew: Bool? = true
    }

    struct Span: Hashable {
        var key: Int64
        var value: Int64
        var from: Int64
        var to: Int64?
    }

    private static let input = Schema(unchecked: [
        Field("key", .int64), Field("value", .int64), Field("from", .timestamp(zoned: false)), Field("to", .timestamp(zoned: false)),
        Field("deleted", .boolean), Field("new", .boolean),
    ])
    private static let output = Schema(unchecked: [
        Field("key", .int64), Field("value", .int64), Field("from", .timestamp(zoned: false)), Field("to", .timestamp(zoned: false)),
        Field("current", .boolean),
    ])

    private func batch(_ events: ArraySlice<Event>) throws -> Batch {
        func column(_ type: DataType, _ value: (Event) -> Value) throws -> Column { try ColumnBuilder.column(type, events.map(value)) }
        func time(_ value: Int64?) -> Value { value.map { .timestamp($0, zoned: false) } ?? .null }
        return Batch(
            Self.input,
            [
                try column(.int64) { .integer($0.key) }, try column(.int64) { .integer($0.value) },
                try column(.timestamp(zoned: false)) { time($0.from) }, try column(.timestamp(zoned: false)) { time($0.to) },
                try column(.boolean) { .boolean($0.isDeletion) }, try column(.boolean) { $0.isNew.map { .boolean($0) } ?? .null },
            ], rowCount: events.count)
    }

    /// Sorts as the step before does, and cuts the rows into batches.
    private func spans(_ events: [Event], using random: inout Seeded) throws -> [Span] {
        let sorted = events.enumerated().sorted { a, b in
            let (x, y) = (a.element, b.element)
            return (x.key, x.from, x.isNew == nil ? 0 : 1, a.offset) < (y.key, y.from, y.isNew == nil ? 0 : 1, b.offset)
        }.map(\.element)
        var history = HistoryOperator(
            HistoryOperation(keys: [0], compared: [1], columns: [0, 1], from: 2, to: 3, deleted: 4, isNew: 5), outputSchema: Self.output)
        var rejects: [Reject] = []
        var result: [Batch] = []
        var next = 0
        while next < sorted.count {
            let end = min(sorted.count, next + Int.random(in: 1...5, using: &random))
            result += try history.push(try batch(sorted[next..<end]), rejects: &rejects)
            next = end
        }
        result += try history.finish(rejects: &rejects)
        return result.flatMap(\.rowValues).map { row in
            func number(_ value: Value) -> Int64? {
                switch value {
                case .integer(let number): number
                case .timestamp(let micros, _): micros
                default: nil
                }
            }
            #expect(row[4] == .boolean(row[3] == .null))
            return Span(key: number(row[0])!, value: number(row[1])!, from: number(row[2])!, to: number(row[3]))
        }
    }

    /// What holds at a time is what the last row at or before it says.
    private func value(of key: Int64, at time: Int64, _ events: [Event]) -> Int64? {
        let last = events.enumerated().filter { $0.element.key == key && $0.element.from <= time }
            .max { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }?.element
        return last.flatMap { $0.isDeletion ? nil : $0.value }
    }

    @Test("at every time the history says what the last row before it said, and has no version too many", arguments: 1...60)
    func model(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let events = (0..<Int.random(in: 1...60, using: &random)).map { _ in
            Event(
                key: Int64.random(in: 0...3, using: &random), value: Int64.random(in: 0...2, using: &random),
                from: Int64.random(in: 0...30, using: &random), isDeletion: Int.random(in: 0..<6, using: &random) == 0)
        }
        let spans = try spans(events, using: &random)
        for key in 0...Int64(3) {
            let own = spans.filter { $0.key == key }
            for time in 0...Int64(32) {
                let holding = own.filter { $0.from <= time && ($0.to.map { time < $0 } ?? true) }
                #expect(holding.count <= 1 && holding.first?.value == value(of: key, at: time, events), "seed \(seed), key \(key), \(time)")
            }
            for (one, next) in zip(own, own.dropFirst()) {
                #expect(one.to != nil && one.to! <= next.from && (one.to! < next.from || one.value != next.value), "seed \(seed)")
            }
        }
    }

    @Test("pieces that come in order of time give the history that all rows at once give", arguments: 1...60)
    func pieces(_ seed: UInt64) throws {
        var random = Seeded(seed)
        var events = (0..<Int.random(in: 2...60, using: &random)).map { _ in
            Event(
                key: Int64.random(in: 0...3, using: &random), value: Int64.random(in: 0...2, using: &random),
                from: Int64.random(in: 0...30, using: &random), isDeletion: Int.random(in: 0..<6, using: &random) == 0)
        }
        events.sort { $0.from < $1.from }
        var known: [Span] = []
        var next = 0
        while next < events.count {
            let end = min(events.count, next + Int.random(in: 1...20, using: &random))
            let before = known.map { Event(key: $0.key, value: $0.value, from: $0.from, to: $0.to, isNew: nil) }
            known = try spans(before + events[next..<end], using: &random)
            next = end
        }
        #expect(Set(known) == Set(try spans(events, using: &random)), "seed \(seed)")
    }
}
