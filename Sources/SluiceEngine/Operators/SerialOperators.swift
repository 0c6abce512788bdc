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

/// Hands everything on, and rows known before behind it.
struct AppendOperator: StepOperator {
    static var isSerial: Bool { true }
    let rows: Batch

    func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] { [batch] }
    func finish(rejects: inout [Reject]) throws -> [Batch] { rows.rowCount == 0 ? [] : [rows] }
}
