import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceMocks

/// Numbers of requests that no vendor's client sends: the server that plays the services must go on.
@Suite("numbers beyond all records")
struct HostileRequestTests {
    private static let numbers = ["-9223372036854775808", "9223372036854775807", "-1", "0", "1e300", "99999999999999999999"]
    private static let now = Timeline.begin(rows: 20)

    /// What a service answers to a request with a token that it has issued.
    private static func answer(
        _ mock: inout some MockService, _ token: String, _ path: String, _ parameters: [(String, String)]
    ) -> MockAnswer {
        let headers = ["authorization": "Bearer \(token)"]
        let request = MockRequest(
            method: "GET", path: path, parameters: parameters.map { (name: $0.0, value: $0.1) }, headers: headers, body: [],
            base: "http://mock")
        return mock.answer(request, MockMoment(now: now, faults: [], number: 1))
    }

    private static func token(_ mock: inout some MockService, _ path: String) throws -> String {
        let form = [(name: "grant_type", value: "client_credentials"), (name: "client_secret", value: "s")]
        let request = MockRequest(method: "POST", path: path, parameters: form, headers: [:], body: [], base: "http://mock")
        let answer = mock.answer(request, MockMoment(now: now, faults: [], number: 1))
        return try #require(try JSONParser.parse(Array(answer.body.utf8))["access_token"]?.string)
    }

    private static func node(_ answer: MockAnswer) throws -> JSONNode { try JSONParser.parse(answer.content ?? Array(answer.body.utf8)) }

    @Test("Zendesk", arguments: numbers) func zendesk(_ number: String) throws {
        var mock = ZendeskMock(seed: 1, rows: 20)
        let token = try Self.token(&mock, "/oauth/tokens")
        for name in ["page", "per_page", "page[size]", "page[after]"] {
            let parameters = name == "page[after]" ? [("page[size]", "5"), (name, number)] : [(name, number)]
            let answer = Self.answer(&mock, token, "/api/v2/tickets", parameters)
            #expect(try answer.status == 200 && Self.node(answer)["tickets"] != nil, "\(name)")
        }
        for path in ["/api/v2/incremental/tickets", "/api/v2/incremental/tickets/cursor"] {
            for parameters in [[("start_time", number)], [("start_time", "0"), ("per_page", number)]] {
                #expect([200, 422].contains(Self.answer(&mock, token, path, parameters).status), "\(path) \(parameters)")
            }
        }
        let cursor = Base64.encode(Array("\(number),\(number)".utf8))
        let page = Self.answer(&mock, token, "/api/v2/incremental/tickets/cursor", [("cursor", cursor)])
        #expect([200, 400].contains(page.status))
    }

    @Test("Slack", arguments: numbers) func slack(_ number: String) throws {
        var mock = SlackMock(seed: 1, rows: 20)
        let channel = SlackMock.channelID(0)
        let requests: [(String, [(String, String)])] = [
            ("users.list", [("limit", number)]), ("users.list", [("cursor", "dXNlcjp" + number)]),
            ("conversations.history", [("limit", number)]), ("conversations.history", [("cursor", "bmV4dF90czo" + number)]),
            ("conversations.history", [("oldest", number), ("latest", number + ".5")]),
            ("conversations.replies", [("ts", mock.ts(0, 3)), ("limit", number)]),
            ("conversations.replies", [("ts", mock.ts(0, 3)), ("cursor", "bmV4dF9yZXA" + number)]),
            ("conversations.replies", [("ts", number)]), ("conversations.replies", [("ts", "1.-1234567")]),
        ]
        for (method, parameters) in requests {
            let answer = Self.answer(&mock, "xoxb-1", "/api/\(method)", parameters + [("channel", channel)])
            #expect(try Self.node(answer)["ok"] != nil, "\(method) \(parameters)")
        }
    }

    @Test("Salesforce", arguments: numbers + ["-1y2p0ij32e8e8", "zzzzzzzzzzzz"]) func salesforce(_ number: String) throws {
        var mock = SalesforceMock(seed: 1, rows: 20)
        let query = #"{"operation": "query", "query": "SELECT Id FROM Account"}"#
        let request = MockRequest(
            method: "POST", path: "/services/data/v60.0/jobs/query", parameters: [], headers: ["authorization": "Bearer mock-access-token"],
            body: Array(query.utf8), base: "http://mock")
        let job = mock.answer(request, MockMoment(now: Self.now, faults: [], number: 1))
        let id = try #require(try Self.node(job)["id"]?.string)
        let results = "/services/data/v60.0/jobs/query/\(id)/results"
        #expect(Self.answer(&mock, "mock-access-token", results, [("maxRecords", "5")]).headers["Sforce-NumberOfRecords"] == "5")
        #expect(Self.answer(&mock, "mock-access-token", results, [("maxRecords", number)]).status == 200)
        let beyond = Self.answer(&mock, "mock-access-token", results, [("locator", "L\(id.suffix(4))-\(number)")])
        #expect(beyond.status == (number == "0" ? 200 : 400))
    }

    @Test("Marketo and ServiceNow", arguments: numbers) func others(_ number: String) throws {
        var marketo = MarketoMock(seed: 1, rows: 20)
        let token = try Self.token(&marketo, "/identity/oauth/token")
        for parameters in [
            [("nextPageToken", "since \(number)")], [("nextPageToken", "at \(number) \(number)")],
            [("nextPageToken", "since 0"), ("batchSize", number)],
        ] {
            let answer = Self.answer(&marketo, token, "/rest/v1/activities.json", parameters)
            #expect(try Self.node(answer)["success"] != nil, "\(parameters)")
        }
        var serviceNow = ServiceNowMock(seed: 1, rows: 20)
        let access = try Self.token(&serviceNow, "/oauth_token.do")
        for name in ["sysparm_limit", "sysparm_offset"] {
            let answer = Self.answer(&serviceNow, access, "/api/now/table/incident", [(name, number)])
            #expect(try Self.node(answer)["result"] != nil, "\(name)")
        }
    }

    @Test("a range of a file that ends behind all numbers is its rest") func range() throws {
        var mock = MarketoMock(seed: 1, rows: 20)
        let token = try Self.token(&mock, "/identity/oauth/token")
        func call(_ method: String, _ path: String, _ body: String = "", range: String? = nil) -> MockAnswer {
            var headers = ["authorization": "Bearer \(token)"]
            headers["range"] = range
            let request = MockRequest(
                method: method, path: "/bulk/v1/leads/export" + path, parameters: [], headers: headers, body: Array(body.utf8),
                base: "http://mock")
            return mock.answer(request, MockMoment(now: Self.now, faults: [], number: 1))
        }
        let filter = #"{"updatedAt": {"startAt": "2024-01-01T00:00:00Z", "endAt": "2024-01-20T00:00:00Z"}}"#
        let made = call("POST", "/create.json", #"{"fields": ["id"], "filter": \#(filter)}"#)
        let id = try #require(try Self.node(made)["result"]?.elements.first?["exportId"]?.string)
        _ = call("POST", "/\(id)/enqueue.json")
        let whole = try #require(call("GET", "/\(id)/file.json").content)
        let rest = call("GET", "/\(id)/file.json", range: "bytes=3-9223372036854775807")
        #expect(rest.status == 206 && rest.content == Array(whole[3...]))
    }
}
