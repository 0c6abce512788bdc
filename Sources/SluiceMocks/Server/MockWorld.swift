import SluiceCore
import SluiceJSON
import SluiceLoopback

/// Everything that the mocks know: the services, the time, the faults to come, and what happened.
struct MockWorld: Sendable {
    /// Entries that the journal keeps.
    static let journalEntries = 100_000
    /// Bytes of the body that is beyond any bound.
    static let hugeBytes = 72 << 20
    static let retryAfterSeconds = 30

    private var services: [String: any MockService] = [:]
    private let settings: MockServer.Settings
    private let began: Int64
    /// Virtual time that was skipped.
    var skipped: Int64 = 0
    private var plan: FaultPlan
    private var counts: [String: Int] = [:]
    private var quotas: [MockQuota: [Int64]] = [:]
    /// Until when a client was told to wait, by service.
    private var blocked: [String: Int64] = [:]
    private(set) var journal: [JournalEntry] = []

    init(_ services: [(String, any MockService)], _ settings: MockServer.Settings) {
        self.services = Dictionary(uniqueKeysWithValues: services)
        self.settings = settings
        plan = settings.plan
        began = settings.ticks()
    }

    var now: Int64 { Timeline.begin(rows: settings.rows) + settings.ticks() - began + skipped }

    mutating func begin(_ plan: FaultPlan) {
        self.plan = plan
        counts = [:]
    }

    mutating func records(_ service: String, _ entity: String) -> [JSONNode] {
        let now = now
        return services[service]?.records(entity, at: now) ?? []
    }

    mutating func answer(_ received: LocalHTTPServer.Request) -> LocalHTTPServer.Answer {
        guard var (name, request) = Self.parsed(received) else { return .status(404, "{}") }
        if services[name] == nil, let owner = services.first(where: { type(of: $0.value).root == name }) {
            request.path = "/\(name)\(request.path)"
            name = owner.key
        }
        if name == "_mock" { return control(request) }
        guard var service = services[name] else {
            return .status(404, "{\"error\":\"no such service; there are \(services.keys.sorted().joined(separator: ", "))\"}")
        }
        let number = counts[name, default: 0] + 1
        counts[name] = number
        let moment = MockMoment(now: now, faults: plan.faults(name, request: number), number: number)
        var answer = refusal(name, service, request, moment) ?? service.answer(request, moment)
        services[name] = service
        if settings.isStrict, let violation = answer.violation {
            answer = MockAnswer(400, .members(["error": .string("strict"), "description": .string(violation)]), violation: violation)
        }
        if moment.faults.contains(.timePasses) { skipped += 60_000_000 }
        answer.headers["X-Request-Id"] = "mock-\(name)-\(number)"
        answer.headers["Date"] = HTTPDate.text(moment.now)
        note(name, received, answer, moment)
        return Self.spoiled(answer, moment.faults)
    }

    /// What keeps a request from being answered.
    private mutating func refusal(
        _ name: String, _ service: any MockService, _ request: MockRequest, _ moment: MockMoment
    ) -> MockAnswer? {
        if let until = blocked[name], moment.now < until {
            var answer = refused(name, service, moment, seconds: Int((until - moment.now + 999_999) / 1_000_000))
            answer.violation = "came \((until - moment.now) / 1_000) ms before the end of the pause that it was asked for"
            return answer
        }
        let throttles: Set<MockFault> = [.throttle, .throttleDate, .throttleBare]
        if !moment.faults.isDisjoint(with: throttles) {
            var answer = refused(name, service, moment, seconds: Self.retryAfterSeconds)
            if moment.faults.contains(.throttleBare) {
                answer.headers["Retry-After"] = nil
                blocked[name] = nil
            } else if moment.faults.contains(.throttleDate) {
                answer.headers["Retry-After"] = HTTPDate.text(moment.now + Int64(Self.retryAfterSeconds) * 1_000_000)
                blocked[name] = (moment.now / 1_000_000 + Int64(Self.retryAfterSeconds)) * 1_000_000
            }
            return answer
        }
        if moment.faults.contains(.serverError) { return MockAnswer(500, .members(["error": .string("internal")])) }
        if moment.faults.contains(.redirect) {
            return MockAnswer(302, .null, headers: ["Location": "http://203.0.113.9/elsewhere"])
        }
        guard settings.hasQuotas, let quota = service.quota(of: request) else { return nil }
        let recent = (quotas[quota] ?? []).filter { moment.now - $0 < quota.perMicros }
        quotas[quota] = recent
        guard recent.count >= quota.requests else {
            quotas[quota]?.append(moment.now)
            return nil
        }
        return refused(name, service, moment, seconds: Int((recent[0] + quota.perMicros - moment.now + 999_999) / 1_000_000))
    }

    private mutating func refused(_ name: String, _ service: any MockService, _ moment: MockMoment, seconds: Int) -> MockAnswer {
        var answer = service.refusal(moment)
        answer.headers["Retry-After"] = String(seconds)
        blocked[name] = moment.now + Int64(seconds) * 1_000_000
        return answer
    }

    private mutating func note(_ name: String, _ received: LocalHTTPServer.Request, _ answer: MockAnswer, _ moment: MockMoment) {
        if journal.count >= Self.journalEntries { journal.removeFirst(Self.journalEntries / 10) }
        journal.append(
            JournalEntry(
                number: moment.number, service: name, method: received.method, target: received.target, status: answer.status,
                time: moment.now, faults: moment.faults.map(\.rawValue).sorted(), violation: answer.violation))
    }

    // MARK: What is not a service

    private mutating func control(_ request: MockRequest) -> LocalHTTPServer.Answer {
        switch (request.method, request.path) {
        case ("GET", "/log"):
            let wanted = request["service"]
            let entries = journal.filter { wanted == nil || $0.service == wanted }
            return .status(200, text(.members(["requests": .list(entries.map(\.node))])))
        case ("GET", "/status"):
            let counters = quotas.map { quota, times -> JSONNode in
                let used = times.filter { now - $0 < quota.perMicros }.count
                return .members(["name": .string(quota.name), "used": .integer(used), "of": .integer(quota.requests)])
            }
            return .status(
                200,
                text(
                    .members([
                        "now": .integer(Int(now)), "services": .list(services.keys.sorted().map { .string($0) }), "quotas": .list(counters),
                    ])))
        case ("POST", "/clock"):
            guard let seconds = request.integer("advance"), (0...31_536_000).contains(seconds) else { return .status(400, "{}") }
            skipped += Int64(seconds) * 1_000_000
            return .status(200, text(.members(["now": .integer(Int(now))])))
        default: return .status(404, "{}")
        }
    }

    private func text(_ node: JSONNode) -> String { String(decoding: node.json, as: UTF8.self) }
}
