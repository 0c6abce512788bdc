import Glibc
import SluiceTestKit
import Testing

/// Following joins of two streams that are killed again and again.
@Suite("joins of streams through kills")
struct IntervalJoinKillTests {
    private let project: Project
    private static let orders = 4_000

    init() throws { project = try Project() }

    private func define(_ kind: String, _ more: String = "") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: paid
            source: {stream: orders, columns: {id: int64, at: timestamp, made: boolean}}
            steps:
              - join:
                  with: {stream: payments, columns: {order: int64, paid_at: timestamp, n: int64}}
                  on: {id: order}
                  time: {at: paid_at}
                  within: {after: 1 s}
                  delay: 2 s
                  idle: 1 day
                  columns: [n]
                  kind: \(kind)
            sink: {files: out, format: csv, mode: append}
            \(more)
            """)
    }

    /// Order `n` happens `n * 20` milliseconds after midnight; every fifth is not paid, some others twice, and every eleventh is lost.
    private func put(orders range: Range<Int>) async throws {
        let made = range.filter { !Self.isLost($0) }
        let lines = made.map { "{\"id\": \($0), \"at\": \"\(Clicks.time($0 * 20))\", \"made\": true}\n" }
        try await project.put(lines.joined(), into: "orders", key: "id")
    }

    private static func isLost(_ order: Int) -> Bool { order % 11 == 10 }

    private func put(payments range: Range<Int>) async throws {
        var lines: [String] = []
        for order in range {
            let time = Clicks.time(order * 20 + order % 3 * 500)
            for payment in Self.payments(of: order) { lines.append("{\"order\": \(order), \"paid_at\": \"\(time)\", \"n\": \(payment)}\n") }
        }
        try await project.put(lines.joined(), into: "payments", key: "order")
    }

    private static func payments(of order: Int) -> [Int] {
        if order % 5 == 0 { return [] }
        return order % 7 == 0 ? [order * 10, order * 10 + 1] : [order * 10]
    }

    /// What must come out for an order: its number, what was paid, and whether it was made at all.
    private static func pairs(_ order: Int, _ kind: String) -> [String] {
        let payments = payments(of: order)
        if isLost(order) { return kind == "left" ? [] : payments.map { "\(order) \($0) " } }
        if payments.isEmpty { return kind == "right" ? [] : ["\(order)  true"] }
        return payments.map { "\(order) \($0) true" }
    }

    @Test(
        "kill -9 again and again: every pair once, and every order without a payment and payment without an order once",
        arguments: [("left", 1), ("left", 2), ("right", 3), ("full", 4), ("full", 5)] as [(String, UInt64)])
    func killed(_ kind: String, _ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try define(kind)
        for stream in ["orders", "payments"] { _ = try await project.sluice("stream", "create", stream, "--shards", "2") }
        try await put(orders: 0..<50)
        try await put(payments: 0..<50)
        var next = (orders: 50, payments: 50)
        while next.orders < Self.orders || next.payments < Self.orders {
            let running = try project.follow("p.yaml")
            // Either side may be far ahead.
            let ends = (
                min(Self.orders, next.orders + Int.random(in: 0...900, using: &random)),
                min(Self.orders, next.payments + Int.random(in: 0...900, using: &random))
            )
            try await put(payments: next.payments..<ends.1)
            try await put(orders: next.orders..<ends.0)
            next = ends
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            running.signal(SIGKILL)
            _ = try await running.wait()
        }
        // What lets all find out that nobody pays them, or ordered what they are paid for.
        let last: [Int] = Array(-20 ... -1)
        let orders = last.map { id -> String in "{\"id\": \(id), \"at\": \"2024-01-01T01:00:00\"}\n" }
        try await project.put(orders.joined(), into: "orders", key: "id")
        let payments = last.map { id -> String in "{\"order\": \(id), \"paid_at\": \"2024-01-01T01:00:00\", \"n\": 0}\n" }
        try await project.put(payments.joined(), into: "payments", key: "order")
        try define(kind, "incremental: true")
        let result = try await project.json("run", "p.yaml")
        #expect(result["dead_letters"]?.integer == 0, "\(result)")
        let rows: [[String]] = try CSVDocument.directory(project.directory.path("out")).rows
        let found: [String] = rows.filter { $0[0].first != "-" }.map { row -> String in "\(row[0]) \(row[3]) \(row[2])" }.sorted()
        let expected: [String] = (0..<Self.orders).flatMap { Self.pairs($0, kind) }.sorted()
        let lost = Set(expected).subtracting(found).sorted().prefix(20)
        let isEqual = found == expected
        #expect(isEqual, "\(found.count) rows, \(expected.count) expected, such as \(lost)")
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }
}
