import SluiceCore

/// A request as a server of objects reads it.
struct ObjectServerCall {
    let method: String
    let bucket: String
    let key: String
    let query: [String: String]
    let headers: [String: String]
    let body: [UInt8]

    init(_ request: LocalHTTPServer.Request) {
        method = request.method
        headers = request.headers
        body = request.body
        let halves = request.target.split(separator: "?", maxSplits: 1)
        let path = halves[0].dropFirst()
        bucket = String(path.prefix { $0 != "/" })
        key = String(path.dropFirst(bucket.count + 1)).percentDecoded
        var query: [String: String] = [:]
        for pair in halves.count > 1 ? halves[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(sides[0]).percentDecoded] = sides.count > 1 ? String(sides[1]).percentDecoded : ""
        }
        self.query = query
    }

    var name: String { bucket + "/" + key }
    var text: String { String(decoding: body, as: UTF8.self) }
    var metadata: [String: String] { headers.filter { $0.key.hasPrefix("x-amz-meta-") } }

    /// What is wrong with the request, whatever it asks for.
    var refusal: LocalHTTPServer.Answer? {
        guard let authorization = headers["authorization"], authorization.hasPrefix("AWS4-HMAC-SHA256 Credential="),
            authorization.contains("/s3/aws4_request"), authorization.contains("host;"), headers["x-amz-date"] != nil,
            headers["x-amz-content-sha256"] != nil
        else { return .error(403, "AccessDenied") }
        if let said = headers["x-amz-checksum-crc32"], said != Self.checksum(body) { return .error(400, "BadDigest") }
        if method == "POST", query["delete"] != nil, headers["x-amz-checksum-crc32"] == nil { return .error(400, "InvalidRequest") }
        return nil
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }

    /// CRC-32 in base 64.
    static func checksum(_ bytes: [UInt8]) -> String {
        let sum = table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
            }
        }
        return Base64.encode([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) })
    }
}

extension String {
    /// What `%XX` stands for.
    var percentDecoded: String { PercentText.decode(self, plusIsBlank: false) }

    /// As S3 encodes keys of a listing: a blank is a plus.
    var percentEncoded: String { PercentText.encode(self, keepsSlashes: true).replacing("%20", with: "+") }

    var xmlEscaped: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    var xmlUnescaped: String {
        replacing("&quot;", with: "\"").replacing("&gt;", with: ">").replacing("&lt;", with: "<").replacing("&#10;", with: "\n")
            .replacing("&amp;", with: "&")
    }
}
