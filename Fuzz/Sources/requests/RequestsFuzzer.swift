import FuzzKit
@testable import SluiceBuckets
import SluiceCore
@testable import SluiceS3Service
@testable import SluiceServer

private let check = SignatureCheck(keys: ["KEY": "secret"])

/// A request as a head: its first line is method and target, then header fields up to an empty line, then a body.
///
/// Credentials, signatures in header and query, the time, the bucket and key, and a range are read out of it. None of the signatures is right:
/// one that is taken without the secret is a finding.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let start = choices.line().split(separator: " ", maxSplits: 1).map(String.init)
    var fields: [(String, String)] = []
    while fields.count < 64 {
        let line = choices.line()
        guard let colon = line.firstIndex(of: ":") else { break }
        fields.append((String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " })))
    }
    let head = RequestHead(method: start.first ?? "GET", target: start.count > 1 ? start[1] : "/", headers: HeaderFields(fields))
    Fuzzing.require(head.rawPath.hasPrefix("/"), "a path without a slash")
    verify(head, choices.rest)
    address(head)
    return 0
}

private func verify(_ head: RequestHead, _ body: [UInt8]) {
    let scope = CredentialScope(of: head)
    for (service, whole) in [("s3", nil), ("kinesis", body)] as [(String, [UInt8]?)] {
        let verified = try? check.verify(head, scope, whole: whole, nowMicros: 1_767_225_600_000_000, service: service)
        Fuzzing.require(verified == nil, "a signature was guessed")
    }
    if let older = QuerySignature(of: head) {
        let verified = try? check.verify(head, older, bucket: S3Address(head).bucket, nowMicros: 1_767_225_600_000_000)
        Fuzzing.require(verified == nil, "an older signature was guessed")
    }
    if let account = scope?.account {
        Fuzzing.require(account.utf8.count == 12 && account.utf8.allSatisfy { (0x30...0x39).contains($0) }, "account \(account)")
    }
}

private func address(_ head: RequestHead) {
    let address = S3Address(head)
    if let key = ObjectKey(address.key), let name = key.fileName {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        Fuzzing.require(!parts.contains("..") && !parts.contains(".") && !parts.contains("") && !name.utf8.contains(0), "path \(name)")
        Fuzzing.require(Array(name.utf8) == address.key, "\(name) is the path of another key")
    }
    if let bucket = address.bucket, BucketName.isValid(bucket) {
        Fuzzing.require(!bucket.hasPrefix(".") && !bucket.contains("/"), "bucket \(bucket)")
    }
    for count in [0, 1, 10, Int64.max] {
        guard let range = try? ByteRange.range(head.headers["Range"], of: count) else { continue }
        Fuzzing.require(range.lowerBound >= 0 && range.upperBound <= count && !range.isEmpty, "range \(range) of \(count)")
    }
    for name in ["Date", "If-Modified-Since", "X-Amz-Date"] {
        guard let text = head.headers[name] else { continue }
        _ = HTTPDate.seconds(text)
        _ = S3Time.day(iso: text)
        _ = SignatureTime.micros(text)
    }
}
