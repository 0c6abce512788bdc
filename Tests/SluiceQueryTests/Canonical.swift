import SluiceCore

/// Rows as texts that can be compared, whoever answered.
enum Canonical {
    /// Rows in an order of their own.
    static func set(_ rows: [[Value]]) -> [String] { rows.map(row).sorted() }

    /// Numbers by six places, because sums of doubles depend on the order of summands.
    static func row(_ row: [Value]) -> String {
        row.map { value in
            switch value {
            case .integer(let number): rounded(Double(number))
            case .float(let number): rounded(number)
            case .decimal(let unscaled, let scale): rounded((Double(unscaled) / (0..<scale).reduce(1.0) { power, _ in power * 10 }))
            default: value.json
            }
        }.joined(separator: "|")
    }

    private static func rounded(_ number: Double) -> String { "\((number * 1e6).rounded() / 1e6)" }
}
