import SluiceCore
import SluiceHTTP
import SluiceJSON
import SluiceMocks
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

/// A service that is played, a connector that reads it, and a destination that keeps the last row of each key, as an upsert does.
final class ServiceHarness {
    /// A connector with what is needed to try it.
    struct Subject: Sendable, CustomTestStringConvertible {
        var connector: String
        var entity: String
        var settings: [String: String]
        /// The columns that tell rows of the destination apart.
        var keys: [String]
        /// Whether records come by jobs.
        var isBulk = false
        /// Where the first window begins.
        var from: String?
        var isFile: Bool { connector == "marketo" && entity == "leads" }
        var testDescription: String { "\(connector) \(entity)\(isBulk ? " by jobs" : "")" }
        /// The first request behind those that a first slice takes.
        var firstLater: Int { isBulk ? (connector == "salesforce" ? 5 : 7) : (connector == "salesforce" ? 3 : 6) }
    }

    /// Salesforce by jobs.
    static let bulk = Subject(
        connector: "salesforce", entity: "accounts", settings: ["domain": "acme", "client_id": "me", "client_secret": "s3cret-secret"],
        keys: ["Id"], isBulk: true)

    /// Leads of Marketo, which come by jobs alone.
    static let marketoLeads = Subject(
        connector: "marketo", entity: "leads", settings: ["munchkin": "1-A-2", "client_id": "me", "client_secret": "s3cret-secret"],
        keys: ["id"], isBulk: true, from: "2024-01-01T00:00:00Z")

    static let subjects = [
        bulk, marketoLeads,
        Subject(
            connector: "marketo", entity: "activities",
            settings: ["munchkin": "1-A-2", "client_id": "me", "client_secret": "s3cret-secret", "activity_types": "1,12"],
            keys: ["marketoGUID"]),
        Subject(
            connector: "zendesk", entity: "tickets", settings: ["email": "etl@example.com", "api_token": "s3cret-token"], keys: ["id"]),
        Subject(connector: "stripe", entity: "customers", settings: ["api_key": "sk_test_s3cret"], keys: ["id"]),
        Subject(connector: "slack", entity: "messages", settings: ["token": "xoxb-s3cret"], keys: ["channel", "ts"]),
        Subject(
            connector: "servicenow", entity: "incidents", settings: ["instance": "acme", "user": "etl", "password": "s3cret-secret"],
            keys: ["sys_id"]),
        Subject(
            connector: "salesforce", entity: "accounts", settings: ["domain": "acme", "client_id": "me", "client_secret": "s3cret-secret"],
            keys: ["Id"]),
    ]

    let subject: Subject
    let clock = PatientClock()
    /// The option `bulk` of later runs, and from how many records on auto takes a job.
    var bulk: String
    var threshold: Int?
    /// The connection of later runs; nil for none that is kept.
    var identity: ConnectionIdentity?
    /// What later runs have in place of the declaration's entity.
    var changing: (inout ServiceEntity) throws -> Void = { _ in }
    /// Forgets with each commit, as the catalog does.
    private let ledger = CommittedLedger()
    let server: MockServer
    /// Rows as JSON by key.
    private(set) var destination: [String: String] = [:]
    /// Rows that were written, those that were written again included.
    private(set) var written = 0
    private(set) var rejects: [Reject] = []
    /// What runs told whoever reads them.
    let notes = Notes()
    private var positions: SourcePositions = [:]
    private var passed = Duration.zero
    /// How long a request may take; the faults that never answer are over sooner.
    private let timeout: Duration

    init(_ subject: Subject, rows: Int, plan: FaultPlan = FaultPlan(), timeout: Duration = .seconds(120)) throws {
        self.subject = subject
        self.timeout = timeout
        bulk = subject.isBulk ? "always" : "never"
        let clock = clock
        var settings = MockServer.Settings { clock.now.offset.micros }
        settings.rows = rows
        settings.plan = plan
        settings.isStrict = true
        server = try MockServer([subject.connector], settings)
    }

    /// The connector as a run opens it.
    func source(_ options: [(String, DefinitionNode)] = []) throws -> ServiceSource {
        let declaration = try #require(EmbeddedDeclarations.named(subject.connector))
        let session = try session(declaration)
        var entity = try declaration.entity(subject.entity)
        // Small pages, so that there are many.
        entity.read?.size = subject.connector == "salesforce" ? 200 : 50
        entity.job?.results.size = 100
        entity.job?.results.rangeBytes = 8_000
        if let threshold { entity.job?.threshold = threshold }
        try changing(&entity)
        let choice = entity.job.map { _ in [("bulk", DefinitionNode.text(bulk))] } ?? []
        let begin = subject.from.map { [("from", DefinitionNode.text($0))] } ?? []
        return try ServiceSource(session, entity, OptionValues(options + choice + begin), ledger: ledger)
    }

    func session(_ declaration: ServiceDeclaration) throws -> ServiceSession {
        try ServiceSession(declaration, subject.settings, surroundings())
    }

    private func surroundings() -> ServiceSession.Surroundings {
        var around = ServiceSession.Surroundings()
        around.transport = TimedTransport(timeout: timeout)
        around.pacing = Pacing(clock, wall: WallClock { 0 }, random: { 0.5 })
        around.address = "\(server.address)/\(subject.connector)"
        around.identity = identity
        around.limiter = Limiter(pacing: around.pacing)
        return around
    }

    /// One run that reads what is new, and commits slice by slice, as the engine does.
    ///
    /// - Parameters:
    ///   - stopsAfter: Slices after which the run is cut off, before the next is committed.
    ///   - fails: Whether it fails there on its rows instead.
    func run(stopsAfter slices: Int = .max, fails: Bool = false, limitBytes: Int64 = 20_000) async throws {
        let source = try source()
        do {
            if try await !run(source, slices, limitBytes), fails { source.noteFailure() }
        } catch {
            source.noteFailure()
            throw error
        }
    }

    /// - Returns: Whether it came to its end.
    private func run(_ source: ServiceSource, _ slices: Int, _ limitBytes: Int64) async throws -> Bool {
        var count = 0
        var request = SliceRequest(limitBytes: limitBytes, leavesUnfinished: false)
        request.note = { [notes] text in notes.add(text) }
        while let slice = try await source.slice(after: positions, request) {
            let read = try await slice.source.readAll()
            if count == slices { return false }
            for row in read.rows { keep(row, read.schema) }
            rejects += read.rejects
            positions.merge(slice.reached()) { $1 }
            ledger.committed()
            count += 1
            if slice.isLast { break }
        }
        return true
    }

    /// Jobs that were made.
    var jobs: Int {
        server.journal.count {
            $0.method == "POST" && $0.status == 200 && ($0.target.hasSuffix("/jobs/query") || $0.target.hasSuffix("/create.json"))
        }
    }

    /// What the ledger kept belongs to a commit.
    func commit() { ledger.committed() }

    /// Lets a virtual time pass, for the client and for the service.
    func pass(_ duration: Duration) async throws {
        passed += duration
        try await clock.sleep(for: duration)
    }

    /// Whether the client had to wait: records change meanwhile, and are rightly read again.
    var hasWaited: Bool { clock.now.offset > passed }

    /// A last run, when all limits are free again, so that nothing changes while it reads.
    func settle() async throws {
        server.plan(FaultPlan())
        try await pass(.seconds(61))
        try await run()
    }

    private func keep(_ row: [Value], _ schema: Schema) {
        written += 1
        let key = subject.keys.map { row[schema.index(of: $0)!].description }.joined(separator: "/")
        destination[key] = Value.structure(zip(schema.names, row).map { Value.Member($0, $1) }).json
    }

    /// What the service has now, as the destination would keep it.
    func expected() throws -> [String: String] {
        let schema = try source().schema
        var rows: [String: String] = [:]
        for record in server.records(subject.connector, subject.entity) {
            let members = schema.fields.map { field in Value.Member(field.name, Self.value(record[field.name], field.type)) }
            let key = subject.keys.map { Self.value(record[$0]).description }.joined(separator: "/")
            rows[key] = Value.structure(members).json
        }
        return rows
    }

    private static func value(_ node: JSONNode?, _ type: DataType = .string) -> Value {
        switch node {
        case nil, .null?, .object?: return .null
        case .boolean(let value)?: return .boolean(value)
        case .number(let digits)?:
            guard case .decimal(_, let scale) = type else { return node?.integer.map { .integer(Int64($0)) } ?? .null }
            let number = String(decoding: digits, as: UTF8.self).replacing(".", with: "")
            return Int128(number).map { .decimal($0, scale: scale) } ?? .null
        case .text?:
            let text = node?.string ?? ""
            guard case .timestamp(let zoned) = type else { return .string(text) }
            return CursorForm.time.place(of: text).map { .timestamp($0, zoned: zoned) } ?? .null
        case .list(let elements)?: return .list(elements.map { value($0) })
        }
    }
}

/// What was told, in order.
final class Notes: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
}

/// Requests over sockets that end after a time of their own.
private struct TimedTransport: WebTransport {
    let timeout: Duration

    func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
        try await PooledTransport().send(request, timeout: self.timeout)
    }
}

extension Duration {
    var micros: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
