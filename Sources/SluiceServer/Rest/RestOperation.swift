import SluiceCore

/// One operation of a service whose requests are told apart by method and path, with JSON in the body.
package struct RestOperation<Context: Sendable>: Sendable {
    package let name: String
    /// `POST`
    package let method: String
    /// `/tags/{resourceArn}`: parts in braces are parameters.
    package let path: String
    package let run: @Sendable (RestCall<Context>) async throws -> WireValue

    package init(
        _ name: String, _ method: String = "POST", _ path: String, _ run: @escaping @Sendable (RestCall<Context>) async throws -> WireValue
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.run = run
    }

    /// The parameters of a path, decoded; nil for a path that is another operation's.
    ///
    /// - Parameter rawPath: As it was sent, so that a slash inside a parameter stays one part.
    func parameters(of rawPath: String) -> [String: String]? {
        let wanted = path.split(separator: "/", omittingEmptySubsequences: false)
        let given = rawPath.split(separator: "/", omittingEmptySubsequences: false)
        guard wanted.count == given.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, text) in zip(wanted, given) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                guard !text.isEmpty else { return nil }
                parameters[String(part.dropFirst().dropLast())] = PercentText.decode(text, plusIsBlank: false)
            } else if part != text {
                return nil
            }
        }
        return parameters
    }
}

/// One call of an operation.
package struct RestCall<Context: Sendable>: Sendable {
    package let context: Context
    package let request: ServiceRequest
    /// Of the path, by name.
    package let parameters: [String: String]
    /// As it came.
    package let body: [UInt8]

    package var caller: Caller { request.caller }

    /// The members of the body.
    ///
    /// - Throws: `SerializationException`.
    package func input() throws(ServiceFault) -> InputReader { try InputReader(WireFormat.json.decode(body)) }
}
