import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

/// A workspace of one channel with more threads than a person would look through.
@Suite("a great many threads")
struct ManyThreadsTests {
    private static let threads = 12_000

    /// Slack, with a page for everything.
    private final class Workspace: WebTransport {
        let asked = Mutex<[String]>([])

        func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
            let method = request.address.path.split(separator: "/").last.map(String.init) ?? ""
            asked.withLock { $0.append(method) }
            let content =
                switch method {
                case "conversations.list": #""channels":[{"id":"C1","name":"all"}]"#
                case "conversations.history":
                    #""messages":["# + (0..<ManyThreadsTests.threads).map(Self.message).joined(separator: ",") + "]"
                default: #""messages":[{"ts":"1800000000.000100","text":"yes"}]"#
                }
            return WebAnswer(status: 200, body: Array("{\"ok\":true,\"has_more\":false,\(content)}".utf8))
        }

        private static func message(_ number: Int) -> String {
            #"{"ts":"\#(1_700_000_000 + ManyThreadsTests.threads - number).000100","reply_count":1,"latest_reply":"1800000000.000100"}"#
        }
    }

    private func source(_ workspace: Workspace) throws -> ServiceSource {
        let declaration = try #require(EmbeddedDeclarations.named("slack"))
        var around = ServiceSession.Surroundings()
        around.transport = workspace
        around.pacing = Pacing(PatientClock(), wall: WallClock { 0 }, random: { 0.5 })
        around.limiter = Limiter(pacing: around.pacing)
        let session = try ServiceSession(declaration, ["token": "xoxb-s3cret"], around)
        return try ServiceSource(session, declaration.entity("replies"), OptionValues([]))
    }

    @Test("each is a part of a whole reading") func whole() async throws {
        let splits = try await source(Workspace()).splits()
        #expect(splits.count == Self.threads)
        #expect(Set(splits.map(\.id)).count == Self.threads)
    }

    @Test("windows are read a few threads at a time, each thread once, and messages are looked through once a run") func windows()
        async throws
    {
        let workspace = Workspace()
        let source = try source(workspace)
        var positions: SourcePositions = [:]
        let slices = 200
        for _ in 0..<slices {
            let slice = try #require(try await source.slice(after: positions, SliceRequest(limitBytes: 1 << 20, leavesUnfinished: false)))
            _ = try await slice.source.readAll()
            positions.merge(slice.reached()) { $1 }
        }
        #expect(positions.count == 4 * slices)
        let asked = workspace.asked.withLock { $0 }
        #expect(asked.count { $0 == "conversations.history" } == 1)
        #expect(asked.count { $0 == "conversations.replies" } == 4 * slices)
    }
}
