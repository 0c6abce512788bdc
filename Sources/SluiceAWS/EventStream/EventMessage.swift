/// One message of an event stream (`application/vnd.amazon.eventstream`): headers and a payload.
///
/// Source of the encoding: Smithy, "Amazon Event Stream Specification".
package struct EventMessage: Hashable, Sendable {
    /// The value of a header.
    package enum Value: Hashable, Sendable {
        case boolean(Bool)
        /// Of 8, 16, 32 or 64 bits.
        case integer(Int64)
        case bytes([UInt8])
        case text(String)
        /// Milliseconds since 1970.
        case time(Int64)
        case uuid(UInt128)
    }

    /// By name; the last of each.
    package var headers: [String: Value]
    package var payload: [UInt8]

    package init(headers: [String: Value] = [:], payload: [UInt8] = []) {
        self.headers = headers
        self.payload = payload
    }

    /// A header that is a text.
    package func text(_ name: String) -> String? { if case .text(let text)? = headers[name] { text } else { nil } }
}
