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

    // MARK: Stripe

    private func customers(_ parameters: String) throws -> JSONNode {
        var mock = StripeMock(seed: 1, rows: 20)
        let pairs = parameters.split(separator: "&").map { $0.split(separator: "=").map(String.init) }.map { ($0[0], $0[1]) }
        return try Self.node(mock.answer(Self.request("GET", "/v1/customers", pairs, authorization: "Bearer sk_test"), Self.moment()))
    }

    private static let wanted: [(String, [Int], Bool)] = [
        ("limit=3", [20, 19, 18], true), ("limit=3&starting_after=cus_mock000000003", [2, 1], false),
        ("limit=3&ending_before=cus_mock000000015", [18, 17, 16], true), ("ending_before=cus_mock000000018", [20, 19], false),
        ("email=c7@example.com", [7], false),
        // Five have one time.
        ("created[lt]=1704067205", [5, 4, 3, 2, 1], false), ("created[gt]=1704067210", [20, 19, 18, 17, 16], false),
        ("created[gte]=1704067205&created[lte]=1704067205", [10, 9, 8, 7, 6], false),
        ("created=1704067205&limit=2&ending_before=cus_mock000000001", [7, 6], true), ("created[gt]=5&created[lt]=5", [], false),
    ]

    @Test("Stripe: lists are of the objects that are asked for", arguments: wanted)
    func lists(_ parameters: String, _ ids: [Int], _ hasMore: Bool) throws {
        let found = try customers(parameters)
        let shown = (found["data"]?.elements ?? []).compactMap { $0["id"]?.string.flatMap { Int($0.suffix(9)) } }
        #expect(shown == ids)
        #expect(found["has_more"] == .boolean(hasMore))
    }

    @Test(
        "Stripe: what it does not know is refused",
        arguments: [
            ("creatd[lt]=5", "parameter_unknown"), ("customer=cus_1", "parameter_unknown"),
            ("created[lt]=yesterday", "parameter_invalid_integer"),
            ("starting_after=cus_mock000000003&ending_before=cus_mock000000005", "parameters_exclusive"),
        ])
    func unknown(_ parameters: String, _ code: String) throws {
        #expect(try customers(parameters)["error"]?["code"]?.string == code)
    }

    // MARK: Salesforce

    private func query(_ mock: inout SalesforceMock, _ text: String) throws -> (status: Int, values: [String], code: String?) {
        let node = try Self.node(mock.answer(Self.request("GET", "/services/data/v60.0/query", [("q", text)]), Self.moment()))
        let name = text.split(separator: " ")[1]
        let values = (node["records"]?.elements ?? []).map { $0[String(name)]?.string ?? "null" }
        return (node["records"] == nil ? 400 : 200, values, node.elements.first?["errorCode"]?.string)
    }

    @Test("Salesforce: rows come in the order that a query asks for, over pages, too") func order() throws {
        var mock = SalesforceMock(seed: 1, rows: 20)
        let plain = try query(&mock, "SELECT Id FROM Account ORDER BY SystemModstamp, Id").values
        #expect(try query(&mock, "SELECT Id FROM Account ORDER BY SystemModstamp DESC, Id DESC").values == Array(plain.reversed()))
        #expect(try query(&mock, "SELECT Id FROM Account ORDER BY Id DESC LIMIT 3").values == Array(plain.sorted().reversed().prefix(3)))
        let types = try query(&mock, "SELECT Type FROM Account ORDER BY Type NULLS LAST").values
        #expect(types == types.filter { $0 != "null" } + types.filter { $0 == "null" } && types.contains("null"))
        #expect(try query(&mock, "SELECT Type FROM Account ORDER BY Type DESC").values == Array(types.reversed()))
        #expect(try query(&mock, "SELECT Id FROM Account ORDER BY Nonsense").code == "INVALID_FIELD")
        #expect(try query(&mock, "SELECT Id FROM Account ORDER BY Id OFFSET 3").code == "MALFORMED_QUERY")
        var many = SalesforceMock(seed: 1, rows: 500)
        var request = Self.request(
            "GET", "/services/data/v60.0/query", [("q", "SELECT Id FROM Account ORDER BY SystemModstamp DESC, Id DESC")])
        request.headers["sforce-query-options"] = "batchSize=200"
        var ids: [String] = []
        while true {
            let node = try Self.node(many.answer(request, Self.moment(at: Timeline.begin(rows: 500))))
            ids += (node["records"]?.elements ?? []).compactMap { $0["Id"]?.string }
            guard let next = node["nextRecordsUrl"]?.string else { break }
            request.path = next
            request.parameters = []
        }
        #expect(ids.count == 500 && ids == Array(ids.sorted().reversed()))
    }

    private func row(_ mock: inout SalesforceMock, _ method: String, _ place: String, _ body: String = "{}") throws -> String {
        let answer = mock.answer(Self.request(method, "/services/data/v60.0/sobjects/\(place)", [], body), Self.moment())
        let node = answer.body.isEmpty ? nil : try Self.node(answer)
        return "\(answer.status) \(node?.elements.first?["errorCode"]?.string ?? node?["id"]?.string ?? "-")"
    }

    @Test("Salesforce: what was removed is gone, and no row goes without its name") func rows() throws {
        var mock = SalesforceMock(seed: 1, rows: 5)
        let place = "Account/001MOCK00000000002"
        #expect(try row(&mock, "DELETE", place) == "204 -")
        for method in ["GET", "PATCH", "DELETE"] { #expect(try row(&mock, method, place) == "404 ENTITY_IS_DELETED") }
        #expect(try row(&mock, "PATCH", "Account/001MOCK00000000001", #"{"Name": null}"#) == "400 REQUIRED_FIELD_MISSING")
        #expect(try row(&mock, "POST", "Account", #"{"Name": ""}"#) == "400 REQUIRED_FIELD_MISSING")
        #expect(try row(&mock, "PATCH", "Account/001MOCK00000000001", #"{"Phone": null}"#) == "204 -")
    }

    @Test("Salesforce: an upsert by an external id makes a row, or changes it, and a query tells the id") func externalID() throws {
        var mock = SalesforceMock(seed: 1, rows: 5)
        let place = "Account/External_Id__c/x 1"
        #expect(try row(&mock, "GET", place) == "404 NOT_FOUND")
        #expect(try row(&mock, "PATCH", place, #"{"Name": "New"}"#) == "201 001MOCK00000000006")
        #expect(try row(&mock, "PATCH", place, #"{"Name": "Newer"}"#) == "200 001MOCK00000000006")
        #expect(try row(&mock, "PATCH", place, #"{"External_Id__c": "y"}"#) == "400 INVALID_FIELD")
        #expect(try row(&mock, "PATCH", "Account/Phone/1", #"{"Name": "New"}"#) == "404 NOT_FOUND")
        let ids = try query(&mock, "SELECT External_Id__c FROM Account").values
        #expect(ids == ["null", "null", "null", "null", "null", "x 1"])
        #expect(mock.members("Account", 5).first { $0.name == "Name" }?.value == .string("Newer"))
        #expect(try row(&mock, "POST", "Account", #"{"Name": "Two", "External_Id__c": "x 1"}"#).hasPrefix("201"))
        #expect(try row(&mock, "PATCH", place, #"{"Name": "Which"}"#).hasPrefix("300"))
    }

    /// Reasons of rows that a job refuses.
    private func refused(_ mock: inout SalesforceMock, _ operation: String, _ csv: String) throws -> [String] {
        func call(_ method: String, _ path: String, _ body: String) -> MockAnswer {
            mock.answer(Self.request(method, "/services/data/v60.0/jobs/ingest\(path)", [], body), Self.moment())
        }
        let made = call("POST", "", #"{"object": "Account", "operation": "\#(operation)", "externalIdFieldName": "External_Id__c"}"#)
        let id = try #require(try Self.node(made)["id"]?.string)
        _ = call("PUT", "/\(id)/batches", csv)
        _ = call("PATCH", "/\(id)", #"{"state": "UploadComplete"}"#)
        _ = call("GET", "/\(id)", "")
        let rows = String(decoding: call("GET", "/\(id)/failedResults", "").content ?? [], as: UTF8.self)
        return rows.split(separator: "\n").dropFirst().map { String($0.split(separator: ",")[1].dropFirst().prefix { $0 != ":" }) }
    }

    @Test("Salesforce: jobs refuse rows as requests do") func jobs() throws {
        var mock = SalesforceMock(seed: 1, rows: 5)
        #expect(try row(&mock, "DELETE", "Account/001MOCK00000000002") == "204 -")
        let update = "Id,Name\n001MOCK00000000001,#N/A\n001MOCK00000000002,Back\n001MOCK00000000003,Kept\n"
        #expect(try refused(&mock, "update", update) == ["REQUIRED_FIELD_MISSING", "ENTITY_IS_DELETED"])
        #expect(try refused(&mock, "insert", "Name\n#N/A\nNew\n") == ["REQUIRED_FIELD_MISSING"])
        #expect(try refused(&mock, "upsert", "External_Id__c,Name\nx,Up\nx,Up again\n") == [])
        #expect(try query(&mock, "SELECT External_Id__c FROM Account").values.filter { $0 == "x" } == ["x"])
    }

    @Test("Salesforce: a number field takes numbers, also written as texts, by requests and by jobs") func numbers() throws {
        var mock = SalesforceMock(seed: 1, rows: 5)
        let place = "Account/001MOCK00000000001"
        for value in ["true", #""many""#, "{}", "[1]", #""""#] {
            #expect(try row(&mock, "PATCH", place, #"{"NumberOfEmployees": \#(value)}"#) == "400 JSON_PARSER_ERROR", "\(value)")
        }
        #expect(try row(&mock, "PATCH", place, #"{"NumberOfEmployees": "12", "AnnualRevenue": 0.5}"#) == "204 -")
        #expect(mock.members("Account", 0).first { $0.name == "NumberOfEmployees" }?.value == .number(Array("12".utf8)[...]))
        let rows = "Name,NumberOfEmployees\nA,many\nB,7\nC,#N/A\nD,\n"
        #expect(try refused(&mock, "insert", rows) == ["INVALID_TYPE_ON_FIELD_IN_RECORD"])
    }

    @Test("Salesforce: a job refuses rows without the external id that tells them apart") func noExternalID() throws {
        var mock = SalesforceMock(seed: 1, rows: 5)
        #expect(try refused(&mock, "upsert", "External_Id__c,Name\n,None\n#N/A,None\nx,One\n") == ["MISSING_ARGUMENT", "MISSING_ARGUMENT"])
        #expect(try query(&mock, "SELECT External_Id__c FROM Account").values.filter { $0 != "null" } == ["x"])
    }

    // MARK: Zendesk

    @Test("Zendesk: a user is known by e-mail, whatever its case, and by external id") func users() throws {
        var mock = ZendeskMock(seed: 1, rows: 200)
        let now = Timeline.begin(rows: 200)
        func send(_ path: String, _ user: String) throws -> String {
            let answer = mock.answer(Self.request("POST", "/api/v2/users\(path)", [], #"{"user": \#(user)}"#), Self.moment(at: now))
            return "\(answer.status) \(try Self.node(answer)["user"]?["id"]?.integer ?? 0)"
        }
        let count = mock.records("users", at: now).count
        #expect(try send("/create_or_update", #"{"name": "Seven", "email": "User7@Example.com"}"#) == "200 7")
        #expect(try send("/create_or_update", #"{"name": "New", "email": "new@example.com", "external_id": "e1"}"#) == "201 \(count + 1)")
        #expect(try send("/create_or_update", #"{"name": "Newer", "external_id": "E1"}"#) == "200 \(count + 1)")
        #expect(try send("", #"{"name": "Twice", "email": "user3@example.com"}"#) == "422 0")
        #expect(mock.records("users", at: now).count == count + 1)
    }

    // MARK: Tokens

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

    @Test("ServiceNow gives tokens for a refresh token, or a user's password, and takes them")
    func serviceNow() throws {
        var mock = ServiceNowMock(seed: 1, rows: 20)
        for form in [
            [("grant_type", "refresh_token"), ("refresh_token", "mock-refresh-0")],
            [("grant_type", "password"), ("username", "a"), ("password", "b")],
        ] {
            let issued = mock.answer(Self.request("POST", "/oauth_token.do", form, authorization: ""), Self.moment())
            let token = try #require(try Self.node(issued)["access_token"]?.string)
            let users = Self.request("GET", "/api/now/table/sys_user", authorization: "Bearer \(token)")
            #expect(mock.answer(users, Self.moment()).status == 200)
            #expect(mock.answer(users, Self.moment([.expireToken])).status == 401)
        }
        #expect(mock.answer(Self.request("GET", "/api/now/table/sys_user", authorization: "Bearer x"), Self.moment()).status == 401)
    }
}
