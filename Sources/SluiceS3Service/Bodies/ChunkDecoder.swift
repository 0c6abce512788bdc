import SluiceAWS
import SluiceCore
import SluiceServer

/// Takes a body of chunks (`aws-chunked`) apart: bytes in, data and trailing headers out.
///
///     <hexadecimal length>[;chunk-signature=<64 digits>]\r\n<data>\r\n … 0[;chunk-signature=…]\r\n[<name>:<value>\r\n …]\r\n
///
/// Source: S3's API reference, "Signature calculations … transferring payload in multiple chunks" and "… including trailing headers".
struct ChunkDecoder {
    private enum State { case line, data(left: Int), dataEnd, trailer, end }

    private var state = State.line
    private var line: [UInt8] = []
    private var trailerBytes = 0
    private(set) var trailers: [(name: String, value: String)] = []
    private var signatures: ChunkSignatures?

    /// - Parameter signatures: Checks those of the chunks; nil where they are not signed, or nobody knows the key.
    init(_ signatures: ChunkSignatures?) { self.signatures = signatures }

    /// The data of further bytes.
    ///
    /// - Throws: `IncompleteBody`, `SignatureDoesNotMatch`.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ServiceFault) -> [UInt8] {
        var data: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if case .data(let left) = state {
                let count = min(left, bytes.count - place)
                let piece = UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
                data.append(contentsOf: piece)
                signatures?.update(piece)
                place += count
                state = count == left ? .dataEnd : .data(left: left - count)
                continue
            }
            let byte = bytes[place]
            place += 1
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                guard line.count <= S3ServiceLimits.chunkLineBytes else { throw Self.broken }
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            try take(line: String(decoding: line, as: UTF8.self))
            line = []
        }
        return data
    }

    private mutating func take(line: String) throws(ServiceFault) {
        switch state {
        case .dataEnd:
            guard line.isEmpty else { throw Self.broken }
            state = .line
        case .line:
            let parts = line.split(separator: ";", omittingEmptySubsequences: false)
            guard let first = parts.first, !first.isEmpty, first.utf8.count <= 15, first.first != "+", first.first != "-",
                let count = Int(first, radix: 16), count >= 0
            else { throw Self.broken }
            let said = parts.dropFirst().first { $0.hasPrefix("chunk-signature=") }?.dropFirst("chunk-signature=".count)
            try signatures?.begin(said.map(String.init), isLast: count == 0)
            state = count == 0 ? .trailer : .data(left: count)
        case .trailer:
            guard !line.isEmpty else {
                state = .end
                return
            }
            trailerBytes += line.utf8.count
            guard trailerBytes <= S3ServiceLimits.trailerBytes, let colon = line.firstIndex(of: ":") else { throw Self.broken }
            trailers.append((line[..<colon].lowercased(), Self.trimmed(line[line.index(after: colon)...])))
        case .data, .end: throw Self.broken
        }
    }

    /// - Throws: `IncompleteBody` where the last chunk did not come; `SignatureDoesNotMatch`.
    mutating func finish() throws(ServiceFault) {
        // Clients leave the last empty line out where there are no trailing headers.
        switch state {
        case .end, .trailer: try signatures?.finish(trailers)
        case .line, .data, .dataEnd: throw Self.broken
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    static let broken = ServiceFault(
        400, "IncompleteBody", "The request body terminated unexpectedly, or its chunks are not of the form that it declares")
}

/// Checks the signatures of chunks, each of which goes on from the one before.
struct ChunkSignatures {
    private let verified: VerifiedSignature
    private let hasTrailers: Bool
    private var previous: String
    private var said: String?
    private var digest = PayloadDigest()

    init(_ verified: VerifiedSignature, hasTrailers: Bool) {
        self.verified = verified
        self.hasTrailers = hasTrailers
        previous = verified.signature
    }

    mutating func begin(_ signature: String?, isLast: Bool) throws(ServiceFault) {
        try end()
        guard let signature else { throw ChunkDecoder.broken }
        said = signature
        if isLast { try end() }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) { digest.update(bytes) }

    /// Checks the chunk that ends.
    private mutating func end() throws(ServiceFault) {
        guard let said else { return }
        let text = [
            "AWS4-HMAC-SHA256-PAYLOAD", verified.time, verified.scope, previous, Hexadecimal.text(PayloadDigest().bytes),
            Hexadecimal.text(digest.bytes),
        ]
        guard verified.sign(text.joined(separator: "\n")) == said else { throw Self.wrong }
        previous = said
        self.said = nil
        digest = PayloadDigest()
    }

    mutating func finish(_ trailers: [(name: String, value: String)]) throws(ServiceFault) {
        guard hasTrailers else { return }
        guard let said = trailers.first(where: { $0.name == "x-amz-trailer-signature" })?.value else { throw Self.wrong }
        var digest = PayloadDigest()
        for trailer in trailers where trailer.name != "x-amz-trailer-signature" { digest.update("\(trailer.name):\(trailer.value)\n".utf8) }
        let text = ["AWS4-HMAC-SHA256-TRAILER", verified.time, verified.scope, previous, Hexadecimal.text(digest.bytes)]
        guard verified.sign(text.joined(separator: "\n")) == said else { throw Self.wrong }
    }

    static let wrong = ServiceFault(
        403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}
