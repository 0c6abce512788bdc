import SluiceCore
import Synchronization

/// Gives each request an id, a caller and a service, and each answer what all answers have.
final class RequestRouter: Sendable {
    let options: PortOptions
    let services: [any Service]
    let metrics = PortMetrics()
    let clock: WallClock
    let date: ResponseDate
    let connections: @Sendable () -> Int
    /// Microseconds that a test moved the time by.
    let shift: TimeShift
    private let origins: PageOrigins
    private let check: SignatureCheck?
    private let isStopping = Atomic(false)

    /// - Parameter connections: How many are open.
    init(_ options: PortOptions, services: [any Service], clock: WallClock, connections: @escaping @Sendable () -> Int) {
        self.options = options
        self.services = services
        self.connections = connections
        self.clock = clock
        date = ResponseDate(clock)
        shift = options.shift
        origins = PageOrigins(options.origins)
        check = options.keys.isEmpty ? nil : SignatureCheck(keys: options.keys)
    }

    var isReady: Bool { !isStopping.load(ordering: .relaxed) }

    /// Says that the server ends.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        for service in services { service.drain() }
    }

    func closeServices() async {
        for service in services { await service.close() }
    }

    /// What becomes of one request.
    private struct Outcome {
        var response: ServiceResponse
        var service = "port"
        var operation = "Other"
        var caller: Caller?
        var failure: String?
    }

    func respond(to head: RequestHead, _ body: RequestBody) async -> ServiceResponse {
        let start = ContinuousClock.now
        let id = RequestID.make()
        var outcome = await outcome(head, body, id)
        if outcome.response.headers["x-amzn-RequestId"] == nil { outcome.response.headers.add("x-amzn-RequestId", id) }
        outcome.response.headers["Date"] = date.text
        origins.mark(&outcome.response.headers, head)
        let elapsed = (ContinuousClock.now - start).components
        let micros = elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000
        let status = outcome.response.status
        metrics.note(.init(service: outcome.service, operation: outcome.operation, status: status), micros: micros)
        options.log?(
            AccessRecord(
                id: id, method: head.method, path: head.rawPath, service: outcome.service, operation: outcome.operation, status: status,
                micros: micros, caller: outcome.caller, failure: outcome.failure))
        return outcome.response
    }

    private func outcome(_ head: RequestHead, _ body: RequestBody, _ id: String) async -> Outcome {
        guard origins.allows(head.headers["Origin"]) else { return refusedOrigin(head, id) }
        if head.rawPath.hasPrefix(PortPages.prefix) {
            let answer = await withTaskExecutorPreference(globalConcurrentExecutor) { await page(head) }
            return Outcome(response: answer, operation: "Page")
        }
        let scope = CredentialScope(of: head)
        let isPreflight = head.method == "OPTIONS" && head.headers["Access-Control-Request-Method"] != nil
        guard let service = services.first(where: { $0.takes(head, signedFor: scope?.service) }) else {
            if isPreflight { return Outcome(response: origins.preflight(head), operation: "Preflight") }
            return Outcome(
                response: PortPages.failure(
                    404, "UnknownService",
                    "no service of this port takes the request; it has \(services.map(\.name).joined(separator: ", "))"))
        }
        if isPreflight, !service.answersPreflight {
            return Outcome(response: origins.preflight(head), service: service.name, operation: "Preflight")
        }
        let older = scope == nil && service.name == "s3" ? QuerySignature(of: head) : nil
        let key = scope?.accessKey ?? older?.accessKey
        let account = scope?.account ?? older.flatMap { CredentialScope.account(in: $0.accessKey) }
        let caller = Caller(account: account ?? options.account, region: scope?.region ?? options.region, accessKey: key)
        var outcome = Outcome(response: ServiceResponse(), service: service.name, operation: service.operation(of: head), caller: caller)
        do {
            outcome.response = try await answer(service, outcome.operation, head, body, caller, (scope, older), id)
        } catch {
            let fault = fault(error, service)
            outcome.failure = fault.told
            outcome.response = service.response(to: fault.fault, head, id: id)
        }
        return outcome
    }

    /// In the words of the service that the request is for, where there is one.
    private func refusedOrigin(_ head: RequestHead, _ id: String) -> Outcome {
        let isPage = head.rawPath.hasPrefix(PortPages.prefix)
        guard !isPage, let service = services.first(where: { $0.takes(head, signedFor: CredentialScope(of: head)?.service) }) else {
            return Outcome(response: PortPages.failure(403, "ForbiddenOrigin", PageOrigins.refusal))
        }
        let fault = service.fault(for: .foreignOrigin)
        return Outcome(
            response: service.response(to: fault, head, id: id), service: service.name, operation: service.operation(of: head),
            failure: "\(fault.code): \(fault.message)")
    }

    private func answer(
        _ service: any Service, _ operation: String, _ head: RequestHead, _ body: RequestBody, _ caller: Caller,
        _ claim: (scope: CredentialScope?, older: QuerySignature?), _ id: String
    ) async throws -> ServiceResponse {
        var body = body
        var whole: [UInt8]?
        if case .whole(let limit) = service.intake {
            if let length = head.contentLength, length > limit { throw LayerRefusal.bodyTooLarge(limit: limit) }
            let bytes = try await body.collect(upTo: limit)
            whole = bytes
            body = RequestBody(bytes)
        }
        let clock = WallClock { [clock, shift] in clock.nowMicros() + shift.micros }
        var signature: VerifiedSignature?
        let now = self.clock.nowMicros()
        if let check, let older = claim.older {
            signature = try check.verify(head, older, bucket: service.hostResource(of: head), nowMicros: now)
        } else if let check, claim.scope != nil || !service.isOpenToAll(head) {
            signature = try check.verify(head, claim.scope, whole: whole, nowMicros: now, service: service.name)
        }
        if options.faults.fails { throw Self.askedFailure(of: service) }
        let request = ServiceRequest(id: id, head: head, caller: caller, body: body, clock: clock, signature: signature)
        if service.isShort(operation) { return try await service.respond(to: request) }
        // The thread of the connection has others to look after.
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await service.respond(to: request) }
    }

    /// What a service says of a failure of its own, as a test asks for it.
    private static func askedFailure(of service: any Service) -> ServiceFault {
        var fault = service.fault(for: .internalFailure)
        fault.message = "The failure was asked for."
        return fault
    }

    /// What the client is told, and what the log says.
    private func fault(_ error: any Error, _ service: any Service) -> (fault: ServiceFault, told: String) {
        if let fault = error as? ServiceFault { return (fault, "\(fault.code): \(fault.message)") }
        if let refusal = error as? LayerRefusal {
            let fault = service.fault(for: refusal)
            return (fault, "\(fault.code): \(fault.message)")
        }
        var fault = service.fault(for: .internalFailure)
        guard let error = error as? SluiceError else { return (fault, String(describing: type(of: error))) }
        // The log may be on the same disk.
        if error.code == .diskFull { fault.message = "The disk of the server is full." }
        return (fault, "\(error.code): \(error.message)")
    }
}
