import SluiceAWS

/// Where the events of an answer go.
package struct EventWriter: Sendable {
    let writer: ResponseWriter
    let format: WireFormat

    /// Suspends while the client is slow.
    ///
    /// - Throws: where the client went away.
    package func event(_ type: String, _ payload: [UInt8]) async throws {
        try await send(":event-type", type, "event", payload)
    }

    /// Tells an error; nothing may follow it.
    package func exception(_ fault: ServiceFault) async throws {
        let payload = format.encode(.structure(["message": .text(fault.message)]))
        try await send(":exception-type", fault.code, "exception", payload)
    }

    private func send(_ name: String, _ type: String, _ kind: String, _ payload: [UInt8]) async throws {
        let message = EventMessage(
            headers: [name: .text(type), ":content-type": .text(format.eventType), ":message-type": .text(kind)], payload: payload)
        try await writer.write(message.encoded)
    }
}
