import SluiceCore

/// What the log says of one request: no body, no query, no credentials but the key's name.
package struct AccessRecord: Sendable {
    package let id: String
    package let method: String
    /// Without the query, which may hold a signature.
    package let path: String
    package let service: String
    package let operation: String
    package let status: Int
    /// From the head to the answer's head.
    package let micros: Int64
    package let caller: Caller?
    /// The error's code and message as the client got them, or what the server did not tell it.
    package let failure: String?

    /// One JSON object with stable keys, without a line end.
    package var json: String {
        var line: [UInt8] = []
        func put(_ name: String, _ text: String) {
            line.append(UInt8(ascii: line.isEmpty ? "{" : ","))
            JSONText.appendString(name.utf8, to: &line)
            line.append(UInt8(ascii: ":"))
            JSONText.appendString(text.utf8, to: &line)
        }
        func put(_ name: String, _ number: Int64) {
            line += ",\"\(name)\":\(number)".utf8
        }
        put("request_id", id)
        put("service", service)
        put("operation", operation)
        put("method", method)
        put("path", path)
        put("status", Int64(status))
        put("micros", micros)
        if let caller {
            put("account", caller.account)
            put("region", caller.region)
        }
        if let failure { put("error", failure) }
        line.append(UInt8(ascii: "}"))
        return String(decoding: line, as: UTF8.self)
    }
}
