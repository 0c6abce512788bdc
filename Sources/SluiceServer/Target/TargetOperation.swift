/// One operation of a service whose requests name it in `X-Amz-Target`.
package struct TargetOperation<Context: Sendable>: Sendable {
    package let name: String
    /// See `Service.isShort`.
    package let isShort: Bool
    package let run: @Sendable (TargetCall<Context>) async throws -> TargetAnswer

    package init(
        _ name: String, isShort: Bool = false, _ run: @escaping @Sendable (TargetCall<Context>) async throws -> TargetAnswer
    ) {
        self.name = name
        self.isShort = isShort
        self.run = run
    }
}

/// One call of an operation.
package struct TargetCall<Context: Sendable>: Sendable {
    package let context: Context
    package let request: ServiceRequest
    package let format: WireFormat
    /// As it came.
    package let body: [UInt8]

    package var caller: Caller { request.caller }

    /// The members of the request.
    ///
    /// - Throws: `SerializationException`.
    package func input() throws(ServiceFault) -> InputReader { try InputReader(format.decode(body)) }

    /// Does on another thread what a short operation finds to be long: the thread of the connection has others to look after.
    package func apart<Result: Sendable>(_ body: @Sendable () throws -> Result) async throws -> Result {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try body() }
    }

    /// An answer that is one object, written member by member.
    package func answer(_ members: (inout WireWriter) throws -> Void) rethrows -> TargetAnswer {
        var writer = WireWriter(format)
        try writer.object(members)
        return .encoded(writer.bytes)
    }
}

/// What an operation answers.
package enum TargetAnswer: Sendable {
    case empty
    case value(WireValue)
    /// Encoded already in the call's format.
    case encoded([UInt8])
    /// Events as they come, until the closure returns.
    case events(@Sendable (EventWriter) async throws -> Void)
}
