import SluiceJSON
import Testing

@testable import SluiceMocks

/// What the vendors' services do with parameters and records, or refuse.
@Suite("rules of the services that are played")
struct ServiceRulesTests {
    private static func request(
        _ method: String, _ path: String, _ parameters: [(String, String)] = [], _ body: String = "",
        authorization: String = "Bearer mock-access-token"
    ) -> MockRequest {
        MockRequest(
            method: method, path: path, parameters: parameters.map { (name: $0.0, value: $0.1) },
            headers: ["authorization": authorization], body: Array(body.utf8), base: "http://mock")
    }

    private static func moment(_ faults: Set<MockFault> = [], at now: Int64 = Timeline.begin(rows: 20)) -> MockMoment {
        MockMoment(now: now, faults: faults, number: 1)
    }

    private static func node(_ answer: MockAnswer) throws -> JSONNode { try JSONParser.parse(answer.content ?? Array(answer.body.utf8)) }

    @Test("a token that ends early is refused without blame, as often as it comes; behind the life that was told, with it")
    func tokens() throws {
        var mock = ZendeskMock(seed: 1, rows: 20)
        let begin = Timeline.begin(rows: 20)
        let login = Self.request("POST", "/oauth/tokens", [("grant_type", "client_credentials"), ("client_secret", "s")])
        let token = try #require(try Self.node(mock.answer(login, Self.moment()))["access_token"]?.string)
        let request = Self.request("GET", "/api/v2/organizations", authorization: "Bearer \(token)")
        #expect(mock.answer(request, Self.moment()).status == 200)
        for faults: Set<MockFault> in [[.expireToken, .reset], [], []] {
            let answer = mock.answer(request, Self.moment(faults))
            #expect(answer.status == 401 && answer.violation == nil)
        }
        let late = mock.answer(request, Self.moment(at: begin + MockTokens.life * 1_000_000))
        #expect(late.status == 401 && late.violation == "used a token that had ended")
    }
}
