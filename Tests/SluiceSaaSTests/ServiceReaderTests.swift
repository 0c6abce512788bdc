import SluiceCore
import SluiceHTTP
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceSaaS

/// Answers that HTTP allows, as a service gives them over a socket.
@Suite("reading over HTTP")
struct ServiceReaderTests {
    private static let service = RowsService(page: "{cursor: next, parameter: after, done: end}", fields: "id: int64")

    private func session(_ server: LocalHTTPServer) throws -> ServiceSession {
        try ServiceSession(ServiceDeclaration(parsing: Self.service.declaration, path: "x.yaml"), [:], around(server))
    }

    private func around(_ server: LocalHTTPServer) -> ServiceSession.Surroundings {
        var around = ServiceSession.Surroundings()
        around.pacing = Pacing(PatientClock(), random: { 0.5 })
        around.limiter = Limiter(pacing: around.pacing)
        around.address = server.address
        return around
    }

    /// Records of all pages; the answers come in their order.
    private func read(_ answers: [LocalHTTPServer.Answer]) async throws -> [String] {
        let server = try LocalHTTPServer { _, number in answers[min(number, answers.count - 1)] }
        let session = try session(server)
        let reader = try ServiceReader(session, session.declaration.entity("rows"), parent: nil, from: ReadPosition())
        var records: [String] = []
        while let page = try await reader.next() {
            for record in page.records { records.append(String(decoding: page.bytes[record], as: UTF8.self)) }
        }
        return records
    }

    private static let first = LocalHTTPServer.Answer.status(200, #"{"rows":[{"id":1}],"next":"b","end":false}"#)

    @Test("204 is a page without records, and the last") func nothing() async throws {
        #expect(try await read([.status(204, "")]) == [])
        #expect(try await read([Self.first, .status(204, "")]) == [#"{"id":1}"#])
    }

    @Test("an empty body with another status is none, and is named so") func empty() async throws {
        do {
            _ = try await read([.status(200, "")])
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.message.hasSuffix("answered 200: no whole JSON, but an empty body"), "\(error.message)")
        }
    }

    @Test(
        "JSON that lost its end is asked for again; what came whole and is wrong is not",
        arguments: zip(
            [
                #"{"rows":[{"id":1}"#, #"{"rows":[{"id":"1"#, #"{"rows""#, "<html>", #"{"rows":[{"id":1}]]}"#, #"{"rows":[],}"#,
                #"{"rows":\#(String(repeating: "[", count: 99))"#,
            ], [true, true, true, true, false, false, false]))
    func malformed(_ body: String, _ isAskedAgain: Bool) async throws {
        let count = Mutex(0)
        let server = try LocalHTTPServer { _, _ in
            count.withLock { $0 += 1 }
            return .status(200, body)
        }
        let session = try session(server)
        let reader = try ServiceReader(session, session.declaration.entity("rows"), parent: nil, from: ReadPosition())
        do {
            _ = try await reader.next()
            Issue.record("taken")
        } catch {
            #expect(error.code == .serviceFailed)
            #expect(error.message.contains("its JSON is") != isAskedAgain, "\(error.message)")
        }
        #expect(count.withLock { $0 } == (isAskedAgain ? RetryPolicy.services.attempts : 1))
    }

    @Test("a byte order mark before JSON is skipped") func mark() async throws {
        #expect(try await read([.status(200, "\u{FEFF}{\"rows\":[{\"id\":1}],\"end\":true}")]) == [#"{"id":1}"#])
    }

    @Test("a coding that nobody asked for is an error at once") func coding() async throws {
        do {
            _ = try await read([.status(200, "?", headers: ["Content-Encoding": "br"])])
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.code == .serviceFailed && error.message.contains("\"br\""), "\(error.message)")
        }
    }

    @Test("a key that servers take for another folder is not sent", arguments: ["..", "."]) func dots(_ key: String) async throws {
        let server = try LocalHTTPServer { _, _ in .status(200, "{}") }
        var service = Self.service
        service.fields = "id: string, name: {type: string, write: update}"
        service.more = ["write: {update: {method: PUT, path: \"/rows/{key}\"}}"]
        var around = ServiceSession.Surroundings()
        around.address = server.address
        let session = try ServiceSession(ServiceDeclaration(parsing: service.declaration, path: "x.yaml"), [:], around)
        let writer = try RecordWriter(session, session.declaration.entity("rows"), .update)
        guard case .refused(let error) = try await writer.write(Array(#"{"id":"\#(key)","name":"x"}"#.utf8), idempotencyKey: "") else {
            Issue.record("sent")
            return
        }
        #expect(error.code == .keyNotInPath)
        guard case .written = try await writer.write(Array(#"{"id":"..a/..","name":"x"}"#.utf8), idempotencyKey: "") else {
            Issue.record("refused")
            return
        }
    }

    @Test(
        "a parent whose key is taken for another folder is left out where such may be, and is an error otherwise", arguments: [true, false])
    func dotsOfParent(_ mayBeLeftOut: Bool) async throws {
        let server = try LocalHTTPServer { _, _ in .status(200, "{}") }
        let declaration = """
            connector: x
            summary: Rows of folders.
            url: http://127.0.0.1
            entities:
              folders: {description: A folder., key: id, fields: {id: string}, read: {path: /folders, records: rows}}
              rows:
                description: A row.
                key: id
                fields: {id: string}
                parent: {entity: folders, setting: folder\(mayBeLeftOut ? ", unreadable: 404" : "")}
                read: {path: "/folders/{folder}/rows", records: rows}
            """
        let session = try ServiceSession(ServiceDeclaration(parsing: declaration, path: "x.yaml"), [:], around(server))
        let reader = try ServiceReader(session, session.declaration.entity("rows"), parent: "..", from: ReadPosition())
        do {
            #expect(try await reader.next() == nil && mayBeLeftOut)
            #expect(reader.refusal?.code == .keyNotInPath)
        } catch {
            #expect(!mayBeLeftOut && error.message.hasPrefix("x rows: "), "\(error.message)")
            #expect(error.remedy?.contains("unreadable") == true)
        }
    }

    @Test("a page that has not the declared shape is told with its request") func shape() async throws {
        do {
            _ = try await read([.status(200, #"{"lines":[]}"#)])
            Issue.record("taken")
        } catch let error as SluiceError {
            #expect(error.message.contains(" answered 200, and a page of rows has no list of records: rows is none"), "\(error.message)")
            #expect(error.message.contains("GET http://127.0.0.1:"))
        }
    }

    @Test("records are deleted by DELETE without a body; one that is gone already is told to be absent") func deleting() async throws {
        let seen = Mutex<[String]>([])
        let server = try LocalHTTPServer { request, _ in
            seen.withLock { $0.append("\(request.method) \(request.target) \(request.body.count)") }
            return request.target.hasSuffix("gone") ? .status(404, "{}") : .status(204, "")
        }
        var service = Self.service
        service.more = ["write: {delete: {method: DELETE, path: \"/rows/{key}\"}}"]
        let session = try ServiceSession(ServiceDeclaration(parsing: service.declaration, path: "x.yaml"), [:], around(server))
        let writer = try RecordWriter(session, session.declaration.entity("rows"), .delete)
        guard case .written = try await writer.write(Array(#"{"id":"7"}"#.utf8), idempotencyKey: ""),
            case .absent = try await writer.write(Array(#"{"id":"gone"}"#.utf8), idempotencyKey: "")
        else {
            Issue.record("refused")
            return
        }
        #expect(seen.withLock { $0 } == ["DELETE /rows/7 0", "DELETE /rows/gone 0"])
        service.more = ["write: {delete: {method: DELETE, path: /rows}}"]
        #expect(throws: SluiceError.self) { _ = try ServiceDeclaration(parsing: service.declaration, path: "x.yaml") }
    }
}
