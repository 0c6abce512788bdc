package import SluiceCore
import SluicePipelines

/// The first rows in source order.
package struct LimitOperator: StepOperator {
    package static var isSerial: Bool { true }
    private var remaining: Int

    package init(count: Int) { remaining = count }

    package var isSatisfied: Bool { remaining == 0 }

    package mutating func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        let taken = min(remaining, batch.rowCount)
        remaining -= taken
        return taken == 0 ? [] : [batch.slice(0..<taken)]
    }
}

/// Sorts all rows in memory; rows with equal keys keep their order.
package struct SortOperator: StepOperator {
    package static var isSerial: Bool { true }
    private let encoder: KeyEncoder
    private let budget: StateBudget
    private var batches: [Batch] = []
    private var keys = ByteRows()
    private var bytes = 0

    init(_ keys: [SortKey], budget: StateBudget) {
        encoder = KeyEncoder(keys.map { .init(column: $0.column, isDescending: $0.isDescending, nullsFirst: $0.nullsFirst) })
        self.budget = budget
    }

    package mutating func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        let encoded = encoder.encode(batch)
        bytes += batch.byteCount + encoded.data.count
        try budget.check(bytes)
        keys.append(contentsOf: encoded)
        batches.append(batch)
        return []
    }

    package mutating func finish(rejects: inout [Reject]) throws -> [Batch] {
        guard let schema = batches.first?.schema else { return [] }
        let all = Batch.concatenated(batches, schema: schema)
        batches = []
        let order = keys.sortedOrder()
        return stride(from: 0, to: order.count, by: EngineLimits.outputRows).map { start in
            all.gather(Array(order[start..<min(start + EngineLimits.outputRows, order.count)]))
        }
    }
}

extension ByteRows {
    /// Row numbers in ascending order of their bytes; equal rows keep their order.
    fileprivate func sortedOrder() -> [Int32] {
        data.withUnsafeBufferPointer { bytes in
            (0..<Int32(count)).sorted { a, b in
                let (left, right) = (range(Int(a)), range(Int(b)))
                for index in 0..<Swift.min(left.count, right.count) {
                    let (x, y) = (bytes[left.lowerBound + index], bytes[right.lowerBound + index])
                    if x != y { return x < y }
                }
                return left.count != right.count ? left.count < right.count : a < b
            }
        }
    }
}

/// Keeps the first row of each key, as rows come.
package struct DeduplicateFirstOperator: StepOperator {
    package static var isSerial: Bool { true }
    private let encoder: KeyEncoder
    private let budget: StateBudget
    private var table = KeyTable()

    init(keys: [Int], budget: StateBudget) {
        encoder = KeyEncoder(columns: keys)
        self.budget = budget
    }

    package mutating func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        var seen = Int32(table.count)
        var kept: [Int32] = []
        for (row, number) in table.numbers(of: encoder.encode(batch)).enumerated() where number == seen {
            kept.append(Int32(row))
            seen += 1
        }
        try budget.check(table.byteCount)
        if kept.count == batch.rowCount { return [batch] }
        return kept.isEmpty ? [] : [batch.gather(kept)]
    }
}

/// Keeps the last row of each key, in the order of those rows; known only at the end.
package struct DeduplicateLastOperator: StepOperator {
    package static var isSerial: Bool { true }
    private let encoder: KeyEncoder
    private let budget: StateBudget
    private var table = KeyTable()
    private var batches: [Batch] = []
    private var bytes = 0
    /// By key number: batch and row of its last appearance.
    private var last: [(batch: Int32, row: Int32)] = []

    init(keys: [Int], budget: StateBudget) {
        encoder = KeyEncoder(columns: keys)
        self.budget = budget
    }

    package mutating func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        for (row, number) in table.numbers(of: encoder.encode(batch)).enumerated() {
            let place = (batch: Int32(batches.count), row: Int32(row))
            if Int(number) == last.count { last.append(place) } else { last[Int(number)] = place }
        }
        batches.append(batch)
        bytes += batch.byteCount
        try budget.check(bytes + table.byteCount)
        return []
    }

    package mutating func finish(rejects: inout [Reject]) throws -> [Batch] {
        var rows = [[Int32]](repeating: [], count: batches.count)
        for place in last { rows[Int(place.batch)].append(place.row) }
        return zip(batches, rows).compactMap { batch, rows in rows.isEmpty ? nil : batch.gather(rows.sorted()) }
    }
}

/// Hands everything on, and rows known before behind it.
struct AppendOperator: StepOperator {
    static var isSerial: Bool { true }
    let rows: Batch

    func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] { [batch] }
    func finish(rejects: inout [Reject]) throws -> [Batch] { rows.rowCount == 0 ? [] : [rows] }
}
