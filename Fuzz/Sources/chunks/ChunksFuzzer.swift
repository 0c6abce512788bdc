import Crypto
import FuzzKit
import SluiceCore
@testable import SluiceS3Service
@testable import SluiceServer

/// A body of chunks (`aws-chunked`): the first byte says whether chunks are signed, the second one how long the pieces are that it comes in.
///
/// Whatever the pieces, the data, the trailing headers and the refusal are the same; there is never more data than bytes.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let kind = choices.number(below: 3)
    let pieceBytes = choices.number(below: 64) + 1
    let body = choices.rest
    let whole = read(body, kind, pieceBytes: max(1, body.count))
    let pieces = read(body, kind, pieceBytes: pieceBytes)
    Fuzzing.requireSame([pieces.text], [whole.text], "pieces of \(pieceBytes) and the whole")
    Fuzzing.require(whole.byteCount <= body.count, "more data than bytes")
    return 0
}

private func read(_ body: [UInt8], _ kind: Int, pieceBytes: Int) -> (text: String, byteCount: Int) {
    let verified = VerifiedSignature(
        payload: .chunks("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), time: "20260101T000000Z", scope: "20260101/us-east-1/s3/aws4_request",
        signature: String(repeating: "0", count: 64), key: SymmetricKey(data: Array("key".utf8)))
    var decoder = ChunkDecoder(kind == 0 ? nil : ChunkSignatures(verified, hasTrailers: kind == 2))
    var found: [UInt8] = []
    do {
        for start in stride(from: 0, to: body.count, by: pieceBytes) {
            found += try Array(body[start..<min(body.count, start + pieceBytes)]).withUnsafeBytes { try decoder.take($0) }
        }
        try decoder.finish()
    } catch {
        // What came before the refusal depends on the pieces; it is thrown away.
        return ((error as? ServiceFault)?.code ?? "\(error)", 0)
    }
    return ("\(found) \(decoder.trailers)", found.count)
}
