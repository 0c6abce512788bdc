import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Records of records: channels that are listed twice.
@Suite("parents that are odd")
struct ParentTests {
    /// Slack with three channels of five messages each, the second one listed twice.
    private func workspace() -> PlayedService {
        PlayedService { request in
            let target = request.address.target
            if target.contains("conversations.list") {
                return target.contains("cursor=p2")
                    ? WebAnswer(#"{"ok":true,"channels":[{"id":"C2"},{"id":"C3"}],"response_metadata":{"next_cursor":""}}"#)
                    : WebAnswer(#"{"ok":true,"channels":[{"id":"C1"},{"id":"C2"}],"response_metadata":{"next_cursor":"p2"}}"#)
            }
            if target.contains("conversations.replies") {
                return WebAnswer(#"{"ok":true,"has_more":false,"messages":[{"ts":"1700000009.000100"}]}"#)
            }
            let messages = (0..<5).reversed().map { #"{"ts":"170000000\#($0).000100","reply_count":\#($0 % 2)}"# }
            return WebAnswer("{\"ok\":true,\"has_more\":false,\"messages\":[\(messages.joined(separator: ","))]}")
        }
    }

    private func slack(_ service: PlayedService, _ entity: String) throws -> ServiceSource {
        try service.source(#require(EmbeddedDeclarations.named("slack")), entity, ["token": "xoxb-s3cret"])
    }

    @Test("one that pages of a list name twice has its records once", arguments: [("messages", 15), ("replies", 6)])
    func twice(_ entity: String, _ count: Int) async throws {
        let service = workspace()
        #expect(try await slack(service, entity).readAll().rows.count == count)
        let runs = PlayedRuns()
        try await runs.run(slack(service, entity))
        #expect(runs.rows.count == count)
    }
}
