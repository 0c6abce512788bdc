import SluiceCodecs
import SluiceCore
import SluiceHTTP

/// Asks for bodies that gzip has packed, and unpacks them within the bound of the request.
struct UnpackingTransport: WebTransport {
    private let transport: any WebTransport

    init(_ transport: any WebTransport) { self.transport = transport }

    func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
        var request = request
        let names = Set(request.headers.map { $0.name.lowercased() })
        // A range is one of the bytes as they are.
        if !names.contains("accept-encoding"), !names.contains("range") { request.setHeader("Accept-Encoding", "gzip") }
        return try Self.unpacked(try await transport.send(request, timeout: timeout), limit: request.answerBytes)
    }

    /// Other codings stay, and are told of by the client.
    private static func unpacked(_ answer: WebAnswer, limit: Int) throws(WebFailure) -> WebAnswer {
        guard let coding = answer.headers["content-encoding"]?.lowercased(), ["gzip", "x-gzip"].contains(coding) else { return answer }
        var plain = answer
        plain.headers["content-encoding"] = nil
        do {
            plain.body = try answer.body.withUnsafeBytes { try BlockCodec.gzip.decompress($0, limit: limit) }
        } catch {
            if (error as? SluiceError)?.code == .limitExceeded { throw .answerTooLong(limit: limit) }
            throw .unreachable("its body is packed by gzip, and not whole")
        }
        return plain
    }
}
