import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors
@testable import SluiceSaaS

/// Limits are of one account.
@Suite("accounts of limits")
struct AccountLimitTests {
    private let server: LocalHTTPServer
    private let bench: Workbench

    init() throws {
        server = try LocalHTTPServer { _, _ in .status(200, "{}") }
        bench = try Workbench()
    }

    /// A service of one request a day.
    private func declaration(_ settings: String, _ auth: String) throws -> ServiceDeclaration {
        try ServiceDeclaration(
            parsing: """
                connector: two
                summary: T.
                settings: {\(settings)}
                url: \(server.address)
                auth: [\(auth)]
                check: /check
                limits: [{requests: 1, per: 1 d}]
                entities:
                  rows: {description: A row., key: id, fields: {id: int64}, read: {path: /rows}}
                """, path: "two.yaml")
    }

    private func check(_ bench: Workbench, _ declaration: ServiceDeclaration, _ open: [String: String], _ secrets: [String: String])
        async throws -> SluiceError.Code?
    {
        let store = ConnectionStore(bench.catalog)
        let name = "c\(secrets.values.sorted().joined())\(open.values.sorted().joined())".filter { $0.isLetter || $0.isNumber }
        _ = try store.set(name, connector: "two", settings: open, secrets: secrets, address: nil)
        let session = try store.session(name, of: declaration)
        return await sluiceError { try await session.check() }?.code
    }

    private static let key = #"{header: {name: X-Key, value: "{key}"}}"#

    @Test("keys tell accounts apart where every setting is a secret; connections with one key share its limits") func keys() async throws {
        let service = try declaration("key: {description: K, secret: true}", Self.key)
        #expect(try await check(bench, service, [:], ["key": "first-key"]) == nil)
        #expect(try await check(bench, service, [:], ["key": "other-key"]) == nil)
        #expect(try await check(bench, service, [:], ["key": "first-key"]) == .quotaSpent)
        // What a key is cannot be found by its file's name: another state calls it otherwise.
        let elsewhere = try Workbench()
        #expect(try await check(elsewhere, service, [:], ["key": "first-key"]) == nil)
        func names(_ bench: Workbench) throws -> Set<String> { Set(try DiskFiles.list(bench.context.home + "/limits")) }
        #expect(try names(bench).isDisjoint(with: names(elsewhere)))
    }

    @Test("settings that are no secrets name the account, whatever the key; where none is given the key does") func open() async throws {
        let service = try declaration("key: {description: K, secret: true}, team: {description: T, optional: true}", Self.key)
        #expect(try await check(bench, service, ["team": "a"], ["key": "first-key"]) == nil)
        #expect(try await check(bench, service, ["team": "a"], ["key": "other-key"]) == .quotaSpent)
        #expect(try await check(bench, service, ["team": "b"], ["key": "other-key"]) == nil)
        #expect(try await check(bench, service, [:], ["key": "first-key"]) == nil)
        #expect(try await check(bench, service, [:], ["key": "other-key"]) == nil)
    }

    @Test("a refresh token says nothing of the account: services change it") func refreshToken() throws {
        let service = try declaration(
            "id: {description: I, secret: true}, token: {description: T, secret: true}",
            #"{refresh_token: {token: /token, id: "{id}", setting: token}}"#)
        var around = ServiceSession.Surroundings()
        around.mark = { texts in texts.joined(separator: " ") }
        #expect(try ServiceSession.account(service, ["id": "me", "token": "one"], around) == "id me")
        #expect(try ServiceSession.account(service, ["id": "me", "token": "two"], around) == "id me")
    }
}
