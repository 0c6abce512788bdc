import SluiceCore

/// One type for each column of files that state their columns' types.
struct StatedTypes {
    private var columns: [String: (type: DataType, path: String)] = [:]

    subscript(name: String) -> DataType? { columns[name]?.type }

    /// Takes in the columns of one more file; where two files differ, the type that holds the values of both.
    ///
    /// - Throws: `typeError` where there is none.
    mutating func add(_ schema: Schema, of file: InputFile) throws(SluiceError) {
        for field in schema.fields {
            guard let known = columns[field.name] else {
                columns[field.name] = (field.type, file.path)
                continue
            }
            guard let both = Self.holding(known.type, field.type) else {
                throw SluiceError(
                    .typeError, "column \"\(field.name)\" is \(known.type) in \(known.path) and \(field.type) in \(file.path)",
                    at: .file(path: file.shown), remedy: "read the files apart and cast one of them, or rewrite the older ones")
            }
            columns[field.name]?.type = both
        }
    }

    /// The type that holds every value of both without a change; nil where there is none.
    static func holding(_ a: DataType, _ b: DataType) -> DataType? {
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
