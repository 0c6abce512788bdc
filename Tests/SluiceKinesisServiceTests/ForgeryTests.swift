import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceKinesisService
@testable import SluiceServer

/// Tokens that a client changes.
@Suite("forged tokens")
struct ForgeryTests {
    private let directory: TemporaryDirectory
    private let service: TargetService<KinesisHome>

    init() throws {
        directory = try TemporaryDirectory()
        service = KinesisService.make(KinesisHome(directory: directory.root, PortOptions(port: 0)))
    }

    private func answer(_ operation: String, _ members: KeyValuePairs<String, WireValue?>) async throws -> WireValue {
        let head = RequestHead(method: "POST", target: "/", headers: HeaderFields([("X-Amz-Target", "Kinesis_20131202.\(operation)")]))
        let request = ServiceRequest(
            id: "id", head: head, caller: Caller(account: "000000000000", region: "us-east-1"),
            body: RequestBody(WireFormat.json.encode(.structure(members))), clock: .system, signature: nil)
        do {
            guard case .bytes(let bytes) = try await service.respond(to: request).body else { return .null }
            return bytes.isEmpty ? .null : try WireFormat.json.decode(bytes)
        } catch let fault as ServiceFault {
            return .text(fault.code)
        }
    }

    /// The token with one byte changed, cut, longer, and others that are none.
    private func forged(_ token: String) throws -> [String] {
        let bytes = try #require(Base64.decode(token.utf8))
        let flipped = bytes.indices.map { place in
            var changed = bytes
            changed[place] ^= 0x40
            return changed
        }
        let others = [Array(bytes.dropLast()), bytes + [0], [], [UInt8](repeating: 0, count: bytes.count), Array(bytes.reversed())]
        return (flipped + others).map { Base64.encode($0) } + ["\u{0}", "AAAA====", String(repeating: "A", count: 512), "%", "é"]
    }

    @Test("an iterator with any byte changed is refused, whatever the byte says")
    func iterators() async throws {
        _ = try await answer("CreateStream", ["StreamName": .text("s"), "ShardCount": .integer(1)])
        let made = try await answer(
            "GetShardIterator",
            ["StreamName": .text("s"), "ShardId": .text("shardId-000000000000"), "ShardIteratorType": .text("TRIM_HORIZON")])
        let token = try #require(made["ShardIterator"]?.string)
        for forgery in try forged(token) {
            let refused = try await answer("GetRecords", ["ShardIterator": .text(forgery)])
            #expect([.text("InvalidArgumentException"), .text("ValidationException")].contains(refused), "\(forgery): \(refused)")
        }
        #expect(try await answer("GetRecords", ["ShardIterator": .text(token)])["Records"] != nil)
    }

    @Test("a token of a listing with any byte changed is refused, and is none of another listing")
    func listings() async throws {
        for name in ["a", "b"] { _ = try await answer("CreateStream", ["StreamName": .text(name), "ShardCount": .integer(2)]) }
        let page = try await answer("ListStreams", ["Limit": .integer(1)])
        let token = try #require(page["NextToken"]?.string)
        for forgery in try forged(token) where !forgery.isEmpty {
            let refused = try await answer("ListStreams", ["NextToken": .text(forgery)])
            #expect(refused == .text("InvalidArgumentException"), "\(forgery): \(refused)")
        }
        #expect(try await answer("ListShards", ["NextToken": .text(token)]) == .text("InvalidArgumentException"))
        #expect(try await answer("ListStreams", ["NextToken": .text(token)])["StreamNames"] == .list([.text("b")]))
    }
}
