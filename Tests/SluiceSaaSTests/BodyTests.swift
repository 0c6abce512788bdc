import SluiceCore
import SluiceHTTP
import SluiceJSON
import Testing

@testable import SluiceSaaS

/// Requests for pages that carry a body.
@Suite("searches by POST")
struct BodyTests {
    private static let declaration = #"""
        connector: search
        summary: Things that are searched for.
        settings:
          team: {description: A team.}
          note: {description: A note., optional: true}
        url: https://search.example.com
        entities:
          things:
            description: A thing.
            key: id
            fields: {id: int64, at: timestamptz, count: int64}
            cursor: {field: at, lag: 0 s}
            read:
              method: POST
              path: /search
              query: {team: "{team}"}
              body:
                filters: [{name: at, operator: GTE, value: "{since}"}, {name: note, value: "{note}"}]
                limit: "{limit}"
                text: "{limit} of {team}"
                year: "2024"
                depth: 2
                deep: true
                none: null
              records: data
              size: 50
              page: {cursor: next, parameter: page.after}
        """#

    private func session(_ text: String = declaration, _ settings: [String: String] = ["team": "a\"b"]) throws -> ServiceSession {
        try ServiceSession(ServiceDeclaration(parsing: text, path: "search.yaml"), settings, .init())
    }

    private func body(_ session: ServiceSession, _ target: PageTarget) throws -> String {
        let entity = try session.declaration.entity("things")
        let request = try session.pageRequest(entity, #require(entity.read), target, [:])
        #expect(request.method == "POST")
        #expect(request.headers.contains { $0.name == "Content-Type" && $0.value == "application/json" })
        return String(decoding: request.body ?? [], as: UTF8.self)
    }

    @Test("values stand in texts, numbers stay numbers, and what has no value is left out") func values() throws {
        let first = try body(session(), PageTarget(since: "2024-01-01T00:00:00Z"))
        #expect(
            first == #"{"filters":[{"name":"at","operator":"GTE","value":"2024-01-01T00:00:00Z"},{"name":"note"}],"limit":50,"#
                + #""text":"50 of a\"b","year":"2024","depth":2,"deep":true,"none":null}"#)
        let noted = try body(session(Self.declaration, ["team": "a", "note": "n"]), PageTarget(since: "x"))
        #expect(noted.contains(#"{"name":"note","value":"n"}"#))
    }

    @Test("what leads to a page is a member of the body") func pages() throws {
        let second = try body(session(), PageTarget(since: "x", name: "page.after", value: "c2"))
        #expect(second.hasSuffix(#","none":null,"page":{"after":"c2"}}"#))
        let short = try body(session(), PageTarget(hasParameters: false, since: "x", name: "page.after", value: "c2"))
        #expect(short == #"{"limit":50,"page":{"after":"c2"}}"#)
        let numbered = Self.declaration.replacing("cursor: next, parameter: page.after", with: "kind: offset, parameter: offset")
        #expect(try body(session(numbered), PageTarget(since: "x", name: "offset", value: "100")).hasSuffix(#","offset":100}"#))
    }

    @Test("a bound that is a number is sent as one", arguments: [("number", "5"), ("seconds", "5")]) func numbers(
        _ form: String, _ since: String
    )
        throws
    {
        let text = Self.declaration.replacing("{field: at, lag: 0 s}", with: "{field: count, form: \(form)}")
        #expect(try body(session(text), PageTarget(since: since)).contains(#""value":5}"#))
    }

    @Test("pages of another body are others") func traits() throws {
        let session = try session()
        let entity = try session.declaration.entity("things")
        var read = try #require(entity.read)
        let traits = try session.traits(entity, read, PageTarget(since: "x"), [:])
        read.body = .object([])
        #expect(try session.traits(entity, read, PageTarget(since: "x"), [:]) != traits)
    }

    @Test(
        "what cannot be sent is told with its place",
        arguments: [
            ("method: POST", "method: GET", "no body"), ("depth: 2", "depth: \"{deepth}\"", "{deepth}"),
            ("filters: [", "filters: [\"{\", ", "without a name"),
        ])
    func wrong(_ old: String, _ new: String, _ words: String) {
        do {
            _ = try ServiceDeclaration(parsing: Self.declaration.replacing(old, with: new), path: "search.yaml")
            Issue.record("taken: \(new)")
        } catch {
            let told = "\(error)"
            #expect(told.contains(words))
        }
    }
}
