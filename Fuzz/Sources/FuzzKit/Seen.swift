package import SluiceCore

/// What reading gave, as lines that can be compared.
package struct Seen {
    package private(set) var rows: [String] = []
    package var rejects: [String] = []
    package var error: String?

    package init() {}

    package mutating func add(_ batch: Batch) {
        for row in 0..<batch.rowCount {
            let place = batch.origin.map { "\($0.location(row))" } ?? ""
            let raw = batch.origin?.raw.map { String(decoding: $0[row], as: UTF8.self) } ?? ""
            rows.append("\(place) \(batch.row(row).json) \(raw)")
        }
    }

    package mutating func add(_ found: [Reject]) {
        for reject in found {
            let place = reject.location.map { "\($0)" } ?? ""
            let error = reject.error
            rejects.append(
                "\(place) \(error.code) \(error.column ?? "") \(error.message) \(String(decoding: reject.raw, as: UTF8.self))")
        }
    }

    /// The same rows in the same order, the same rejects, the same error.
    package func requireSame(as other: Seen, _ what: String) {
        Fuzzing.requireSame(rows, other.rows, what + ": rows")
        Fuzzing.requireSame(rejects.sorted(), other.rejects.sorted(), what + ": rejects")
        Fuzzing.requireSame([error ?? ""], [other.error ?? ""], what + ": errors")
    }
}
