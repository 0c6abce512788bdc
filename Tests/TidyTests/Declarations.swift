extension SwiftText {
    /// A function, initializer or type with a body, or a requirement without one.
    struct Declaration {
        var kind: String
        var name: String
        /// Index of the line with the keyword.
        var line: Int
        /// Lines from the keyword to the closing brace; 1 without a body.
        var length: Int
        var isExported: Bool
        var isDocumented: Bool
    }

    private static let kinds: Set<Substring> = ["func", "init", "struct", "class", "enum", "protocol", "actor"]
    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "static", "final", "mutating", "consuming", "borrowing", "nonmutating",
        "override",
        "nonisolated", "indirect", "convenience", "required", "isolated", "class", "open", "distributed", "unowned", "optional",
    ]

    /// Functions, initializers and types, found by the first words of a line.
    var declarations: [Declaration] {
        code.indices.compactMap { index in
            let words = code[index].split(whereSeparator: { $0 == " " || $0 == "\t" })
            var position = 0
            while position < words.count, words[position].hasPrefix("@") || Self.modifiers.contains(words[position]) {
                // `class func` is a modifier and a keyword, `class Name` a keyword.
                if words[position] == "class", position + 1 < words.count, !Self.kinds.contains(words[position + 1]) { break }
                position += 1
            }
            guard position < words.count else { return nil }
            let keyword = words[position].prefix { $0.isLetter }
            guard Self.kinds.contains(keyword), keyword == "init" || words[position] == keyword else { return nil }
            let name =
                keyword == "init"
                ? "init" : words.dropFirst(position + 1).first.map { String($0.prefix { $0 != "(" && $0 != "<" && $0 != ":" }) } ?? ""
            return Declaration(
                kind: String(keyword), name: name, line: index, length: length(from: index),
                isExported: words[..<position].contains { $0 == "public" || $0 == "package" }, isDocumented: isDocumented(index))
        }
    }

    /// Lines up to the brace that closes the first one that opens; 1 when the declaration ends before any opens.
    private func length(from start: Int) -> Int {
        var depth = 0
        var parentheses = 0
        for index in start..<code.count {
            for character in code[index].utf8 {
                switch character {
                case UInt8(ascii: "("): parentheses += 1
                case UInt8(ascii: ")"): parentheses -= 1
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}"):
                    depth -= 1
                    if depth == 0 { return index - start + 1 }
                    if depth < 0 { return 1 }
                default: break
                }
            }
            let next = index + 1 < code.count ? code[index + 1].drop { $0 == " " } : ""
            let continues = parentheses > 0 || ["{", "where", "->", "throws", "async", ")"].contains { next.hasPrefix($0) }
            if depth == 0, !continues { return 1 }
        }
        return code.count - start
    }

    /// Whether a documentation comment stands above, with attributes and conditions between.
    private func isDocumented(_ line: Int) -> Bool {
        var index = line - 1
        while index >= 0 {
            let text = lines[index].drop { $0 == " " }
            if text.hasPrefix("///") { return true }
            guard text.hasPrefix("@") else { return false }
            index -= 1
        }
        return false
    }
}
