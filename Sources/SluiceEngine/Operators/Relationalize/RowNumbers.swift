import SluiceCore
import SluicePipelines

/// How many rows of each table `relationalize` has numbered, kept between epochs. Owned by one task at a time.
final class RowNumbers: StepState, @unchecked Sendable {
    /// Beside the operation's tables.
    private(set) var counts: [Int64]
    private let tables: String
    var changes: StateFileWriter?
    /// It keeps no rows.
    let keptSchema = Schema(unchecked: [Field("epoch", .int64, isNullable: false)])
    let watermark = Watermark(delay: 0, idle: .max)

    init(_ operation: RelationalizeOperation) {
        counts = [Int64](repeating: 0, count: operation.tables.count)
        tables = operation.tables.dropFirst().map { "\($0.path) in \($0.output)" }.joined(separator: ", ")
    }

    /// Numbers rows of a table.
    ///
    /// - Returns: The number of the first.
    func take(_ rows: Int, of table: Int) -> Int64 {
        defer { counts[table] += Int64(rows) }
        return counts[table] + 1
    }

    var facts: StepFacts {
        var facts = StepFacts(watermark: watermark, closedThrough: .min, oldest: nil)
        facts.counts = counts
        return facts
    }

    var signature: StateSignature {
        StateSignature("relationalize", [.init(name: "the tables", value: tables)], keptSchema, labels: ["the epoch"])
    }

    func writeAll(to file: StateFileWriter) {}
    func restore(_ facts: StepFacts) { if let kept = facts.counts, kept.count == counts.count { counts = kept } }
    func restore(_ rows: Batch) {}
    func finishRestoring() {}
}
