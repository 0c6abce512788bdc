/// A Swift file as lines, and the same lines with comments and texts blanked out, so that braces and words can be counted.
struct SwiftText {
    let path: String
    let lines: [String]
    /// As long as `lines`; what stood in comments and string literals is blank, interpolations stay code.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blanker = Blanker(bytes: Array(text.utf8))
        code = blanker.run().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Lines without the empty one behind the last line end.
    var lineCount: Int { lines.last == "" ? lines.count - 1 : lines.count }
}

/// Replaces comments and the texts of string literals by blanks, byte for byte.
private struct Blanker {
    /// An open string literal: how many `#` it has, and whether it has three quotes.
    private struct Literal {
        var hashes: Int
        var isMultiline: Bool
    }

    /// What the scanner is inside of, innermost last.
    private enum Context {
        case literal(Literal)
        /// An interpolation and its open parentheses.
        case interpolation(depth: Int)
    }

    private let bytes: [UInt8]
    private var output: [UInt8] = []
    private var position = 0
    private var contexts: [Context] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() -> [UInt8] {
        while position < bytes.count {
            if case .literal(let literal) = contexts.last { scanText(literal) } else { scanCode() }
        }
        return output
    }

    private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func keep(_ count: Int = 1) {
        output.append(contentsOf: bytes[position..<min(bytes.count, position + count)])
        position += count
    }

    private mutating func blank(_ count: Int = 1) {
        for byte in bytes[position..<min(bytes.count, position + count)] {
            output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        position += count
    }

    private mutating func scanCode() {
        if starts("//") {
            blank(bytes[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 - position } ?? bytes.count - position)
        } else if starts("/*") {
            while position < bytes.count, !starts("*/") { blank() }
            blank(2)
        } else if let literal = opening() {
            contexts.append(.literal(literal))
            keep(literal.hashes + (literal.isMultiline ? 3 : 1))
        } else {
            countParentheses()
            keep()
        }
    }

    private func opening() -> Literal? {
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        let quote = position + hashes
        guard quote < bytes.count, bytes[quote] == UInt8(ascii: "\"") else { return nil }
        return Literal(hashes: hashes, isMultiline: bytes[quote...].starts(with: "\"\"\"".utf8))
    }

    private mutating func countParentheses() {
        guard case .interpolation(let depth) = contexts.last else { return }
        if bytes[position] == UInt8(ascii: "(") { contexts[contexts.count - 1] = .interpolation(depth: depth + 1) }
        if bytes[position] == UInt8(ascii: ")") {
            if depth == 1 { contexts.removeLast() } else { contexts[contexts.count - 1] = .interpolation(depth: depth - 1) }
        }
    }

    private mutating func scanText(_ literal: Literal) {
        let hashes = String(repeating: "#", count: literal.hashes)
        if starts("\\" + hashes + "(") {
            blank(1 + literal.hashes)
            keep()
            contexts.append(.interpolation(depth: 1))
        } else if starts("\\" + hashes) {
            blank(2 + literal.hashes)
        } else if starts((literal.isMultiline ? "\"\"\"" : "\"") + hashes) {
            keep(literal.hashes + (literal.isMultiline ? 3 : 1))
            contexts.removeLast()
        } else {
            blank()
        }
    }
}
