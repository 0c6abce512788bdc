/// What the credentials of a request say before anything is checked: `KEY/20260101/us-east-1/kinesis/aws4_request`.
///
/// Source: AWS' reference "Create a signed AWS API request".
struct CredentialScope: Hashable, Sendable {
    let accessKey: String
    /// Eight digits.
    let day: String
    let region: String
    let service: String
    /// The account that the key says, where it does.
    let account: String?

    /// From the header or the query; nil for a request without credentials of this form.
    init?(of head: RequestHead) {
        if let header = head.headers["Authorization"] {
            guard header.hasPrefix("AWS4-HMAC-SHA256"), let credential = Self.credential(in: header.utf8) else { return nil }
            self.init(credential)
        } else if !head.rawQuery.isEmpty, head.rawQuery.contains("X-Amz-Credential="), let credential = head.query["X-Amz-Credential"] {
            self.init(Substring(credential))
        } else {
            return nil
        }
    }

    /// What stands between `Credential=` and the next comma or blank. Each request has it, so that it is found by bytes.
    private static func credential(in header: String.UTF8View) -> Substring? {
        var start = header.startIndex
        while let mark = header[start...].firstIndex(of: UInt8(ascii: "=")) {
            start = header.index(after: mark)
            guard header[..<start].suffix(name.count).elementsEqual(name) else { continue }
            let end = header[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") } ?? header.endIndex
            return Substring(header[start..<end])
        }
        return nil
    }

    private static let name = Array("Credential=".utf8)

    init?(_ text: Substring) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[parts.count - 1].elementsEqual("aws4_request".utf8) else { return nil }
        accessKey = String(text[..<parts[parts.count - 5].endIndex])
        day = String(Substring(parts[parts.count - 4]))
        region = String(Substring(parts[parts.count - 3]))
        service = String(Substring(parts[parts.count - 2]))
        guard Self.isRegion(region), (1...128).contains(accessKey.utf8.count), service.utf8.count <= 64 else { return nil }
        account = Self.account(in: accessKey)
    }

    /// What is left to sign of the credential: day, region, service and the fixed end.
    var text: String { "\(day)/\(region)/\(service)/aws4_request" }

    /// Regions become names of directories.
    private static func isRegion(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// A key of twelve digits is an account, as emulators have it. Keys of AWS (`AKIA…`, `ASIA…`) hold it in the first six bytes of what
    /// follows in base 32, except those of before 2019, whose fifth letter is below Q (source: AWS' GetAccessKeyInfo and what keys show).
    static func account(in key: String) -> String? {
        let bytes = Array(key.utf8)
        if bytes.count == 12, bytes.allSatisfy({ (0x30...0x39).contains($0) }) { return key }
        guard bytes.count == 20, key.hasPrefix("AKIA") || key.hasPrefix("ASIA"), bytes[4] >= UInt8(ascii: "Q") else { return nil }
        var number: UInt64 = 0
        for byte in bytes[4..<14] {
            switch byte {
            case 0x41...0x5A: number = number << 5 | UInt64(byte - 0x41)
            case 0x32...0x37: number = number << 5 | UInt64(byte - 0x32 + 26)
            default: return nil
            }
        }
        // Ten letters hold 50 bits, of which the first 48 count; the first and the last seven of them are not the account.
        let digits = String((number >> 2 & 0x7FFF_FFFF_FF80) >> 7)
        return digits.utf8.count <= 12 ? String(repeating: "0", count: 12 - digits.utf8.count) + digits : nil
    }
}
