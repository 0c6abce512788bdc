import SluiceCore

/// Names of tables: lower case, letters, digits and `_`, unique in a database.
enum TableNaming {
    /// The name that a folder or file gives.
    static func name(_ base: String, prefix: String) -> String {
        var name = ""
        for scalar in (prefix + base).lowercased().unicodeScalars {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value))
            if isPlain { name.unicodeScalars.append(scalar) } else if name.last != "_" || scalar == "_" { name.append("_") }
        }
        while name.hasSuffix("_") { name.removeLast() }
        if name.isEmpty || name.allSatisfy({ $0 == "_" }) { name = "table_" + hash(base) }
        return String(name.prefix(CrawlLimits.nameCharacters))
    }

    /// The name with a suffix that the location gives, for one that is taken.
    static func distinct(_ name: String, location: String) -> String {
        String(name.prefix(CrawlLimits.nameCharacters - 9)) + "_" + hash(location)
    }

    /// Eight hexadecimal digits of a text: FNV-1a.
    static func hash(_ text: String) -> String {
        var state: UInt32 = 0x811C_9DC5
        for byte in text.utf8 { state = (state ^ UInt32(byte)) &* 0x0100_0193 }
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// FNV-1a of 64 bits.
    static func longHash(_ text: String) -> UInt64 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x0100_0000_01B3 }
        return state
    }

    /// A file's name without its endings.
    static func stem(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: true).first.map(String.init) ?? name
    }

    /// What the names of files have in common at their start, without digits and marks at its end; nil: nothing.
    static func common(_ names: [String]) -> String? {
        guard var common = names.first.map(stem) else { return nil }
        for name in names.dropFirst() {
            let other = stem(name)
            common = String(zip(common, other).prefix { $0 == $1 }.map(\.0))
        }
        if names.count > 1 { while let last = common.last, !last.isLetter { common.removeLast() } }
        return common.isEmpty ? nil : common
    }
}
