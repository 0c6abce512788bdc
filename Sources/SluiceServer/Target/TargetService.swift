/// A service whose requests are documents in JSON or CBOR, with the operation in the header `X-Amz-Target: PREFIX.Operation`.
///
/// Source of the wire form: Smithy, "AWS JSON 1.1 protocol"; CBOR as the services that have it use it.
package struct TargetService<Context: Sendable>: Service {
    package let name: String
    package let intake: BodyIntake
    private let areAllShort: Bool
    private let failure: String
    private let prefix: String
    private let version: String
    private let context: Context
    private let operations: [String: TargetOperation<Context>]
    private let refused: [String: String]
    private let onReset: @Sendable (Context) async throws -> Void
    private let onDrain: @Sendable (Context) -> Void
    private let onClose: @Sendable (Context) async -> Void

    /// - Parameters:
    ///   - prefix: Before the dot in `X-Amz-Target`.
    ///   - version: Of JSON: `1.0`, `1.1`.
    ///   - failure: What the service calls a fault of its own.
    ///   - areAllShort: Whether all operations are what `Service.isShort` says, not only those that say so themselves.
    ///   - refused: Operations that the service has and this one does not offer, with the reason.
    package init(
        name: String, prefix: String, version: String, failure: String = "InternalFailure", bodyBytes: Int, areAllShort: Bool = false,
        context: Context, operations: [TargetOperation<Context>],
        refused: [String: String] = [:], reset: @escaping @Sendable (Context) async throws -> Void,
        drain: @escaping @Sendable (Context) -> Void, close: @escaping @Sendable (Context) async -> Void
    ) {
        self.name = name
        self.prefix = prefix + "."
        self.version = version
        self.areAllShort = areAllShort
        self.failure = failure
        intake = .whole(upTo: bodyBytes)
        self.context = context
        self.operations = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0) })
        self.refused = refused
        onReset = reset
        onDrain = drain
        onClose = close
    }

    package func takes(_ head: RequestHead, signedFor service: String?) -> Bool {
        if let target = head.headers["X-Amz-Target"] { return target.hasPrefix(prefix) }
        return service == name
    }

    package func operation(of head: RequestHead) -> String {
        guard let name = asked(head), operations[name] != nil || refused[name] != nil else { return "Unknown" }
        return name
    }

    package func isShort(_ operation: String) -> Bool { areAllShort || operations[operation]?.isShort == true }

    private func asked(_ head: RequestHead) -> String? {
        guard let target = head.headers["X-Amz-Target"], target.hasPrefix(prefix) else { return nil }
        return String(target.dropFirst(prefix.count))
    }

    package func respond(to request: ServiceRequest) async throws -> ServiceResponse {
        guard request.head.method == "POST", let name = asked(request.head) else {
            throw ServiceFault(400, "UnknownOperationException", "")
        }
        guard let operation = operations[name] else {
            guard let reason = refused[name] else { throw ServiceFault(400, "UnknownOperationException", "") }
            throw ServiceFault(400, "InvalidArgumentException", "Operation \(name) is not supported: \(reason)")
        }
        guard case .whole(let limit) = intake else { throw LayerRefusal.internalFailure }
        let body = try await request.body.collect(upTo: limit)
        let format = Self.format(request.head)
        let call = TargetCall(context: context, request: request, format: format, body: body)
        let answer = try await operation.run(call)
        switch answer {
        case .empty: return ServiceResponse(type: type(format), [])
        case .value(let value): return ServiceResponse(type: type(format), format.encode(value))
        case .encoded(let bytes): return ServiceResponse(type: type(format), bytes)
        case .events(let produce):
            let headers = HeaderFields([("Content-Type", "application/vnd.amazon.eventstream")])
            return ServiceResponse(
                200, headers,
                .streamed(length: nil) { writer in
                    let events = EventWriter(writer: writer, format: format)
                    try await events.event("initial-response", format.encode(.object([])))
                    try await produce(events)
                })
        }
    }

    private static func format(_ head: RequestHead) -> WireFormat {
        head.headers["Content-Type"]?.hasPrefix("application/x-amz-cbor") == true ? .cbor : .json
    }

    private func type(_ format: WireFormat) -> String {
        switch format {
        case .json: "application/x-amz-json-\(version)"
        case .cbor: "application/x-amz-cbor-1.1"
        }
    }

    package func fault(for refusal: LayerRefusal) -> ServiceFault { refusal.jsonFault(denied: 400, failure: failure) }

    package func response(to fault: ServiceFault, _ head: RequestHead, id: String) -> ServiceResponse {
        let format = Self.format(head)
        var members = [WireValue.Member("__type", .text(fault.code))]
        if !fault.message.isEmpty { members.append(.init("message", .text(fault.message))) }
        members += fault.details.map { .init($0.name, .text($0.value)) }
        var headers = fault.headers
        headers["Content-Type"] = type(format)
        headers["x-amzn-ErrorType"] = fault.code
        return ServiceResponse(fault.status, headers, .bytes(format.encode(.object(members))))
    }

    package func reset() async throws { try await onReset(context) }
    package func drain() { onDrain(context) }
    package func close() async { await onClose(context) }
}
