package import SluiceJSON

/// A request as a service sees it.
package struct MockRequest: Sendable {
    package var method: String
    /// Without the service's name and the parameters.
    package var path: String
    /// Of the address and of a form, in order.
    package var parameters: [(name: String, value: String)]
    /// By lower-case name.
    package var headers: [String: String]
    package var body: [UInt8]
    /// Where the client thinks that the service is, for links.
    package var base: String

    package subscript(name: String) -> String? { parameters.last { $0.name == name }?.value }

    /// Numbers that a mock reckons with: a time in seconds of any year, or a place behind all records, in microseconds, too.
    private static let numbers = -1_000_000_000_000...1_000_000_000_000

    /// The whole number that a text is, or the nearest that is reckoned with; nil for what is none.
    static func number(_ text: some StringProtocol) -> Int? { Int(text).map(bounded) }

    private static func bounded(_ number: Int) -> Int { min(max(number, numbers.lowerBound), numbers.upperBound) }

    func integer(_ name: String) -> Int? { self[name].flatMap { Self.number($0) } }

    /// How many records a page has at most, as a parameter asks for it.
    func limit(_ name: String, default standard: Int, most: Int) -> Int { min(max(1, integer(name) ?? standard), most) }

    /// A time, of which some clients send fractions.
    func seconds(_ name: String) -> Int? {
        integer(name) ?? self[name].flatMap { Double($0) }.flatMap { Int(exactly: $0.rounded(.down)) }.map(Self.bounded)
    }

    /// The places of a page among so many records, wherever it is asked to begin.
    static func page(from start: Int, limit: Int, of count: Int) -> Range<Int> {
        let first = min(max(0, start), count)
        return first..<first + min(max(0, limit), count - first)
    }

    /// A body of JSON; null for none.
    var json: JSONNode { (try? JSONParser.parse(body)) ?? .null }
}

/// What a service answers.
package struct MockAnswer: Sendable {
    package var status: Int
    package var headers: [String: String]
    package var body: String
    /// In place of `body`, for what is large.
    package var content: [UInt8]?
    /// The vendor's rule that the client broke.
    package var violation: String?

    package init(_ status: Int, _ body: JSONNode, headers: [String: String] = [:], violation: String? = nil) {
        self.status = status
        self.body = String(decoding: body.json, as: UTF8.self)
        self.headers = headers.merging(["Content-Type": "application/json"]) { a, _ in a }
        self.violation = violation
    }

    /// An object whose first member is large, and written already.
    init(_ status: Int, _ name: String, _ json: [UInt8], _ more: [JSONNode.Member], violation: String? = nil) {
        var bytes = Array("{\"\(name)\":".utf8)
        bytes.reserveCapacity(json.count + 1_000)
        bytes += json
        let rest = JSONNode.object(more).json
        bytes += rest.count > 2 ? [UInt8(ascii: ",")] + rest[1...] : rest[1...]
        self.init(status, text: "", headers: ["Content-Type": "application/json"])
        content = bytes
        self.violation = violation
    }

    package init(_ status: Int, text: String, headers: [String: String] = [:]) {
        self.status = status
        body = text
        self.headers = headers
    }
}

/// What happens around a request.
package struct MockMoment: Sendable {
    /// Virtual time in microseconds since 1970.
    package var now: Int64
    package var faults: Set<MockFault>
    /// Of the service's requests, from 1.
    package var number: Int
}

/// A service that is played.
package protocol MockService: Sendable {
    /// Its first part of the path.
    static var name: String { get }
    /// A first part of paths that is the service's, too: for links that begin at the top.
    static var root: String? { get }
    init(seed: UInt64, rows: Int)

    /// Answers a request that nothing keeps from being answered.
    mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer
    /// The limit that a request counts for; nil for none.
    func quota(of request: MockRequest) -> MockQuota?
    /// The vendor's way to say that too many requests came.
    func refusal(_ moment: MockMoment) -> MockAnswer
    /// All records that there are now, for comparisons.
    mutating func records(_ entity: String, at now: Int64) -> [JSONNode]
}

extension MockService {
    package static var root: String? { nil }
}

/// So many requests in a time.
package struct MockQuota: Hashable, Sendable {
    package var name: String
    package var requests: Int
    package var perMicros: Int64
}
