import SluiceCore
import SluiceHTTP
import Testing

@testable import SluiceSaaS

@Suite("packed answers")
struct UnpackingTransportTests {
    /// Answers every request alike, with the coding that was asked for.
    private struct Service: WebTransport {
        var body: [UInt8] = []
        var coding: String?

        func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
            let asked = request.headers.filter { $0.name == "Accept-Encoding" }.map(\.value).joined(separator: ",")
            var answer = WebAnswer(status: 200, headers: ["asked": asked], body: body)
            answer.headers["content-encoding"] = coding
            return answer
        }
    }

    /// `{"a":1}` as gzip packs it.
    private static let packed: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 84, 178, 50, 172, 5, 0, 175, 172, 27, 86, 7, 0, 0, 0,
    ]

    /// 100,000 blanks.
    private static let bomb: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 49, 1, 0, 0, 0, 194, 160, 42, 235, 159, 210, 26, 30, 64, 1, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 175, 6, 45, 240, 121, 202, 160, 134, 1, 0,
    ]

    private func send(_ service: Service, _ header: (String, String)? = nil) async throws(WebFailure) -> WebAnswer {
        guard let address = try? WebAddress(parsing: "https://x.example.com/") else { throw .cancelled }
        var request = WebRequest("GET", address, label: "x")
        if let header { request.setHeader(header.0, header.1) }
        request.answerBytes = 10_000
        return try await UnpackingTransport(service).send(request, timeout: .seconds(20))
    }

    @Test("a body that gzip has packed is unpacked", arguments: ["gzip", "GZIP", "x-gzip"]) func packed(_ coding: String) async throws {
        let answer = try await send(Service(body: Self.packed, coding: coding))
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"a":1}"#)
        #expect(answer.headers["content-encoding"] == nil)
    }

    @Test("one that is more than its bound, or not whole, is a failure") func bad() async throws {
        await #expect(throws: WebFailure.answerTooLong(limit: 10_000)) { try await send(Service(body: Self.bomb, coding: "gzip")) }
        await #expect(throws: WebFailure.self) { try await send(Service(body: Array(Self.packed.dropLast(12)), coding: "gzip")) }
        await #expect(throws: WebFailure.self) { try await send(Service(body: Array("{}".utf8), coding: "gzip")) }
    }

    @Test("other codings, and none, stay as they are", arguments: [nil, "br", "identity"]) func others(_ coding: String?) async throws {
        let answer = try await send(Service(body: Self.packed, coding: coding))
        #expect(answer.body == Self.packed)
        #expect(answer.headers["content-encoding"] == coding)
    }

    @Test("gzip is asked for, but not of a range, nor where the request says another coding") func asked() async throws {
        #expect(try await send(Service()).headers["asked"] == "gzip")
        #expect(try await send(Service(), ("Range", "bytes=0-1")).headers["asked"] == "")
        #expect(try await send(Service(), ("accept-encoding", "br")).headers["asked"] == "")
    }
}
