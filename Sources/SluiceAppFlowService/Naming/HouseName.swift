import SluiceCore
import SluicePipelines

/// What pipelines, flows and connections of Sluice are called that clients made.
package enum HouseName {
    /// Bytes of a name that others are made of.
    private static let kept = 96

    /// The client's name, where Sluice can call something by it; otherwise one with `-` in place of what it cannot have, and a checksum behind it,
    /// so that two names never become one by chance.
    package static func of(_ name: String) -> String {
        if DefinitionNode.isName(name) { return name }
        var bytes = name.utf8.prefix(kept).map { byte in
            let text = String(UnicodeScalar(byte))
            return DefinitionNode.isName("a" + text) ? byte : UInt8(ascii: "-")
        }
        if let first = bytes.first, !DefinitionNode.isName(String(UnicodeScalar(first))) { bytes.insert(UInt8(ascii: "n"), at: 0) }
        return String(decoding: bytes, as: UTF8.self) + "-" + digits(name)
    }

    /// FNV-1a of 64 bits, in hexadecimal.
    private static func digits(_ name: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
