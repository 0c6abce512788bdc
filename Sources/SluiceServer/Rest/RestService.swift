/// A service whose requests are told apart by method and path, with JSON in the bodies.
///
/// Source of the wire form: Smithy, "AWS restJson1 protocol".
package struct RestService<Context: Sendable>: Service {
    package let name: String
    package let intake: BodyIntake
    private let failure: String
    private let context: Context
    private let operations: [RestOperation<Context>]
    private let onReset: @Sendable (Context) async throws -> Void
    private let onDrain: @Sendable (Context) -> Void
    private let onClose: @Sendable (Context) async -> Void

    /// - Parameter failure: What the service calls a fault of its own.
    package init(
        name: String, failure: String = "InternalFailure", bodyBytes: Int, context: Context, operations: [RestOperation<Context>],
        reset: @escaping @Sendable (Context) async throws -> Void, drain: @escaping @Sendable (Context) -> Void,
        close: @escaping @Sendable (Context) async -> Void
    ) {
        self.name = name
        intake = .whole(upTo: bodyBytes)
        self.failure = failure
        self.context = context
        self.operations = operations
        onReset = reset
        onDrain = drain
        onClose = close
    }

    private func asked(_ head: RequestHead) -> (operation: RestOperation<Context>, parameters: [String: String])? {
        for operation in operations where operation.method == head.method {
            if let parameters = operation.parameters(of: head.rawPath) { return (operation, parameters) }
        }
        return nil
    }

    /// Unsigned requests are taken where they look like one of the operations with a body of JSON.
    package func takes(_ head: RequestHead, signedFor service: String?) -> Bool {
        if let service { return service == name }
        return head.headers["Content-Type"]?.hasPrefix("application/json") == true && asked(head) != nil
    }

    package func operation(of head: RequestHead) -> String { asked(head)?.operation.name ?? "Unknown" }

    package func respond(to request: ServiceRequest) async throws -> ServiceResponse {
        guard let (operation, parameters) = asked(request.head) else { throw ServiceFault(404, "UnknownOperationException", "") }
        guard case .whole(let limit) = intake else { throw LayerRefusal.internalFailure }
        let body = try await request.body.collect(upTo: limit)
        let call = RestCall(context: context, request: request, parameters: parameters, body: body)
        return ServiceResponse(type: Self.type, WireFormat.json.encode(try await operation.run(call)))
    }

    private static var type: String { "application/json" }

    package func fault(for refusal: LayerRefusal) -> ServiceFault { refusal.jsonFault(denied: 403, failure: failure) }

    package func response(to fault: ServiceFault, _ head: RequestHead, id: String) -> ServiceResponse {
        var members = [WireValue.Member("message", .text(fault.message))]
        members += fault.details.map { .init($0.name, .text($0.value)) }
        var headers = fault.headers
        headers["Content-Type"] = Self.type
        headers["x-amzn-ErrorType"] = fault.code
        return ServiceResponse(fault.status, headers, .bytes(WireFormat.json.encode(.object(members))))
    }

    package func reset() async throws { try await onReset(context) }
    package func drain() { onDrain(context) }
    package func close() async { await onClose(context) }
}
