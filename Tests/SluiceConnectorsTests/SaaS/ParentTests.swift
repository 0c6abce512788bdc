import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Records of records: channels that are listed twice, that nobody was let into, that are gone.
@Suite("parents that are odd")
struct ParentTests {
    /// Slack with three channels of five messages each, the second one listed twice.
    ///
    /// - Parameter closed: The channel that the app is not in.
    private func workspace(closed: String = "") -> PlayedService {
        PlayedService { request in
            let target = request.address.target
            if target.contains("conversations.list") {
                return target.contains("cursor=p2")
                    ? WebAnswer(#"{"ok":true,"channels":[{"id":"C2"},{"id":"C3"}],"response_metadata":{"next_cursor":""}}"#)
                    : WebAnswer(#"{"ok":true,"channels":[{"id":"C1"},{"id":"C2"}],"response_metadata":{"next_cursor":"p2"}}"#)
            }
            if !closed.isEmpty, target.contains("channel=\(closed)") { return WebAnswer(#"{"ok":false,"error":"not_in_channel"}"#) }
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

    @Test(
        "one whose records nobody may read is left out with a word, and read when it is open",
        arguments: [("messages", 10, 15), ("replies", 4, 6)])
    func closed(_ entity: String, _ open: Int, _ all: Int) async throws {
        let service = workspace(closed: "C2")
        #expect(try await slack(service, entity).readAll().rows.count == open)
        let runs = PlayedRuns()
        try await runs.run(slack(service, entity))
        #expect(runs.rows.count == open)
        #expect(runs.notes.all.count == 1)
        #expect(
            runs.notes.all.allSatisfy { $0.hasPrefix("slack/messages/C2 is left out: ") && $0.contains("not_in_channel") },
            "\(runs.notes.all)")
        try await runs.run(slack(workspace(), entity))
        #expect(runs.rows.count == all)
    }

    private static let shop = """
        connector: shop
        summary: Orders.
        url: https://shop.example.com
        entities:
          orders:
            description: An order.
            key: id
            fields: {id: int64}
            read: {path: /orders}
          items:
            description: A part of an order.
            key: id
            fields: {order: int64, id: int64}
            parent: {entity: orders, setting: order, unreadable: 404}
            read: {path: "/orders/{order}/items"}
        """

    @Test("one that is gone when its records are asked for is left out where a declaration says so", arguments: [true, false])
    func gone(_ isDeclared: Bool) async throws {
        let service = PlayedService { request in
            switch request.address.path {
            case "/orders": WebAnswer(#"[{"id":1},{"id":2}]"#)
            case "/orders/1/items": WebAnswer(#"[{"id":11}]"#)
            default: WebAnswer(#"{"error":"order was deleted"}"#, status: 404)
            }
        }
        let text = isDeclared ? Self.shop : Self.shop.replacing(", unreadable: 404", with: "")
        let source = try service.source(ServiceDeclaration(parsing: text, path: "shop.yaml"), "items")
        guard isDeclared else {
            await #expect(throws: SluiceError.self) { try await source.readAll() }
            return
        }
        #expect(try await source.readAll().rows == [[.integer(1), .integer(11)]])
    }
}
