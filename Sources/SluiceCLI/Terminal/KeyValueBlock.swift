/// Lines `key   value`, the values under one another. Values are not cut: paths and commands are there to be copied.
struct KeyValueBlock: Sendable {
    private(set) var pairs: [(key: String, value: String)] = []

    init() {}

    /// Pairs without a value are left out.
    init(_ pairs: KeyValuePairs<String, String?>) {
        for case (let key, let value?) in pairs { add(key, value) }
    }

    mutating func add(_ key: String, _ value: String) { pairs.append((key, CellText.escaped(value))) }

    func lines(style: TextStyle) -> [String] {
        let width = pairs.reduce(0) { max($0, DisplayWidth.of($1.key)) }
        return pairs.map { (style.dim(CellText.padded($0.key, to: width)) + "  " + $0.value).trimmingTrailingBlanks }
    }
}
