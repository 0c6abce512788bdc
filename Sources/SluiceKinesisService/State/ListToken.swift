import Crypto
import SluiceCore
import SluiceServer

/// Where the next page of a listing begins: signed, and good for 300 seconds, also across a restart.
struct ListToken: Hashable, Sendable {
    /// What is listed; a token of one listing is none of another.
    var listing: String
    /// The last name of the page before.
    var last: String
    var madeMicros: Int64

    private static let codeBytes = 16

    func signed(_ key: String) -> String {
        let body = Array("\(madeMicros)\n\(last)\n\(listing)".utf8)
        return Base64.encode(Self.code(body, key) + body)
    }

    /// - Throws: `InvalidArgumentException` for a token that was not made here or for another listing, `ExpiredNextTokenException`.
    init(_ text: String, listing: String, key: String, nowMicros: Int64) throws(ServiceFault) {
        guard let bytes = Base64.decode(Array(text.utf8)), bytes.count > Self.codeBytes else { throw Faults.invalid("Invalid NextToken.") }
        let body = Array(bytes[Self.codeBytes...])
        guard zip(Self.code(body, key), bytes).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { throw Faults.invalid("Invalid NextToken.") }
        let parts = String(decoding: body, as: UTF8.self).split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let made = Int64(parts[0]), parts[2] == listing else { throw Faults.invalid("Invalid NextToken.") }
        guard nowMicros - made <= ServiceLimits.tokenSeconds * 1_000_000 else {
            throw ServiceFault(400, "ExpiredNextTokenException", "The NextToken has expired.")
        }
        self.init(listing: listing, last: String(parts[1]), madeMicros: made)
    }

    init(listing: String, last: String, madeMicros: Int64) {
        self.listing = listing
        self.last = last
        self.madeMicros = madeMicros
    }

    private static func code(_ body: [UInt8], _ key: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(key.utf8)))).prefix(codeBytes).map { $0 }
    }
}
