package import SluiceCore

/// A consumer group: a name among the groups of one stream.
package struct GroupID: Hashable, Sendable, CustomStringConvertible {
    package let stream: String
    package let name: String

    /// - Throws: `invalidOption` for a name that is empty, too long, or has other characters than letters, digits, `_`, `.` and `-`.
    package init(stream: String, name: String) throws(SluiceError) {
        try Self.check(name, extra: "_.-", limit: GroupLimits.nameCharacters, noun: "a consumer group")
        self.stream = stream
        self.name = name
    }

    package var description: String { "\(stream)/\(name)" }

    static func check(_ name: String, extra: String, limit: Int, noun: String) throws(SluiceError) {
        let isAllowed = name.utf8.allSatisfy { byte in
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            return isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || extra.utf8.contains(byte)
        }
        guard isAllowed, (1...limit).contains(name.utf8.count) else {
            throw SluiceError(
                .invalidOption, "\(name.quotedForMessage) cannot name \(noun)",
                remedy: "use 1 to \(limit) letters, digits and \(extra)")
        }
    }
}
