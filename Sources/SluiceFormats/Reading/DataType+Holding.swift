package import SluiceCore

extension DataType {
    /// The type that holds every value of two types without a change; nil where there is none.
    package static func holding(_ a: DataType, _ b: DataType) -> DataType? {
        if a == b { return a }
        if a == .null { return b }
        if b == .null { return a }
        let widths: [DataType] = [.int8, .int16, .int32, .int64]
        if let first = widths.firstIndex(of: a), let second = widths.firstIndex(of: b) { return widths[max(first, second)] }
        switch (a, b) {
        case (.float32, .float64), (.float64, .float32): return .float64
        case (.decimal(let p, let s), .decimal(let q, let t)):
            let scale = max(s, t)
            let precision = max(p - s, q - t) + scale
            return precision <= DataType.maximumDecimalPrecision ? .decimal(precision: precision, scale: scale) : nil
        default: return nil
        }
    }
}
