package import SluiceCore
import Synchronization

/// The events of an answer of a service, in order. One task uses it; the connection is given up with the last reference.
package final class EventStream: Sendable {
    /// An event by its type, with its payload.
    package struct Event: Sendable {
        package var type: String
        package var payload: JSONNode
    }

    private let service: JSONService
    private let operation: String
    private let body: any HTTPBody
    private let decoder = Mutex(EventDecoder())

    init(_ service: JSONService, _ operation: String, _ body: any HTTPBody) {
        self.service = service
        self.operation = operation
        self.body = body
    }

    /// Suspends until there is an event; nil where the service ended the stream.
    ///
    /// - Throws: What the service sent as its error; retriable `serviceFailed` for bytes that are no events, and for a stream that was cut. There
    ///   is nothing to read behind any of these.
    package func next() async throws(SluiceError) -> Event? {
        do throws(ServiceFailure) {
            return try await nextEvent()
        } catch {
            if Task.isCancelled { throw SluiceError(.interrupted, "the answer of \(operation) was not read to its end", underlying: error) }
            throw service.meaning(of: error, operation)
        }
    }

    private func nextEvent() async throws(ServiceFailure) -> Event? {
        while true {
            if let message = try decoded() { return try event(message) }
            let part: [UInt8]?
            do throws(HTTPFailure) {
                part = try await body.next()
            } catch {
                throw ServiceFailure(error, timeout: .seconds(AWSLimits.silenceSeconds))
            }
            guard let part else {
                try finish()
                return nil
            }
            decoder.withLock { $0.append(part) }
        }
    }

    private func decoded() throws(ServiceFailure) -> EventMessage? {
        do throws(EventDecoder.Failure) {
            return try decoder.withLock { decoder throws(EventDecoder.Failure) in try decoder.next() }
        } catch {
            throw ServiceFailure(.broken(error))
        }
    }

    private func finish() throws(ServiceFailure) {
        do throws(EventDecoder.Failure) {
            try decoder.withLock { decoder throws(EventDecoder.Failure) in try decoder.finish() }
        } catch {
            throw ServiceFailure(.broken(error))
        }
    }

    /// An event, or the error that a message of another kind is.
    private func event(_ message: EventMessage) throws(ServiceFailure) -> Event {
        switch message.text(":message-type") {
        case "event":
            let payload = message.payload.isEmpty ? .object([]) : try JSONService.parse(message.payload)
            return Event(type: message.text(":event-type") ?? "", payload: payload)
        case "exception":
            let said = try? JSONParser.parse(message.payload)
            let type = message.text(":exception-type") ?? ""
            throw ServiceFailure(
                .refused(
                    status: type.hasPrefix("Internal") ? 500 : 400, type: type,
                    message: said?["message"]?.string ?? said?["Message"]?.string ?? ""))
        case "error":
            throw ServiceFailure(
                .refused(status: 500, type: message.text(":error-code") ?? "", message: message.text(":error-message") ?? ""))
        default: throw ServiceFailure(.broken(.headers))
        }
    }
}
