/// The name of a shard: `shardId-` and its number with twelve digits, as Kinesis names them; numbers are never reused.
package struct ShardID: Hashable, Sendable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    /// Nil unless the text is what `description` prints.
    package init?(parsing text: some StringProtocol) {
        guard text.hasPrefix("shardId-"), text.utf8.count == 20, let number = Int(text.dropFirst(8)), number >= 0 else { return nil }
        self.number = number
    }

    package var description: String {
        let digits = String(number)
        return "shardId-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
