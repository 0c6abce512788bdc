/// One line of JSON: figures with one decimal, texts, truth values.
struct Report {
    private var parts: [String] = []

    mutating func add(_ name: String, _ figure: Double) {
        let tenths = (figure * 10).rounded()
        parts.append("\"\(name)\": \(tenths / 10)")
    }

    mutating func add(_ name: String, _ count: Int) { parts.append("\"\(name)\": \(count)") }
    mutating func add(_ name: String, _ flag: Bool) { parts.append("\"\(name)\": \(flag)") }

    mutating func add(hash: UInt64) {
        let digits = String(hash, radix: 16)
        parts.append("\"hash\": \"" + String(repeating: "0", count: 16 - digits.count) + digits + "\"")
    }

    func print() { Swift.print("{" + parts.joined(separator: ", ") + "}") }
}
