/// What a bucket may be called. Source: S3's user guide, "General purpose bucket naming rules".
package enum BucketName {
    /// Whether a name is 3 to 63 lower-case letters, digits, dots and hyphens, as S3 wants it; such a name is a folder's name as well, and never
    /// begins with a dot.
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), bytes.allSatisfy(isAllowed), isEnd(bytes[0]), isEnd(bytes[bytes.count - 1]) else {
            return false
        }
        for (byte, next) in zip(bytes, bytes.dropFirst()) where byte == UInt8(ascii: ".") {
            if next == UInt8(ascii: ".") { return false }
        }
        return !isAddress(name) && !reservedPrefixes.contains(where: name.hasPrefix) && !reservedSuffixes.contains(where: name.hasSuffix)
    }

    private static let reservedPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"]
    private static let reservedSuffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]

    private static func isEnd(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool { isEnd(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") }

    /// `192.168.5.4`.
    private static func isAddress(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
