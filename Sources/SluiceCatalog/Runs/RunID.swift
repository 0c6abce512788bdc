/// The name of a run: 26 characters that sort by the time it began (the layout of a ULID: 48 bits of milliseconds, 80 random bits,
/// Crockford's base 32).
package struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    /// - Parameter text: As stored; `Catalog.run(matching:)` resolves what a person types.
    package init(_ text: String) { self.text = text }

    package init(atMicros micros: Int64, using random: inout some RandomNumberGenerator) {
        let high = UInt128(UInt64(clamping: micros / 1_000) & 0xFFFF_FFFF_FFFF) << 80
        let low = UInt128(UInt16.random(in: 0 ... .max, using: &random)) << 64 | UInt128(UInt64.random(in: 0 ... .max, using: &random))
        var rest = high | low
        var digits: [UInt8] = []
        for _ in 0..<Self.length {
            digits.append(Self.alphabet[Int(rest & 31)])
            rest >>= 5
        }
        text = String(decoding: digits.reversed(), as: UTF8.self)
    }

    package var description: String { text }
    package static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    /// Milliseconds since 1970 at which a run began; nil for a text that begins with no run's id.
    package static func startMillis(of text: String) -> Int64? {
        let digits = text.utf8.prefix(10).map { alphabet.firstIndex(of: $0) }
        guard digits.count == 10, text.utf8.count >= length else { return nil }
        var millis: Int64 = 0
        for digit in digits {
            guard let digit else { return nil }
            millis = millis << 5 | Int64(digit)
        }
        return millis
    }

    package static let length = 26
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
}
