/// An error as a service tells it to its clients.
package struct ServiceFault: Error, Sendable {
    package var status: Int
    /// `ResourceNotFoundException`, `NoSuchKey`
    package var code: String
    package var message: String
    package var headers: HeaderFields
    /// Members beside code and message, in order.
    package var details: [(name: String, value: String)]

    package init(
        _ status: Int, _ code: String, _ message: String, headers: HeaderFields = HeaderFields(),
        details: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.details = details
    }
}

/// What the port itself refuses, before or beside a service; each service says how it calls it.
package enum LayerRefusal: Error, Hashable, Sendable {
    /// The request comes from a page that may not use the port.
    case foreignOrigin
    /// Keys are configured, and the request is not signed.
    case unsigned
    /// Signed with a key that is not configured.
    case unknownKey(String)
    /// What is wrong with the signature's form.
    case malformedSignature(String)
    /// What is wrong with the form of a presigned address.
    case malformedAddress(String)
    /// Headers that the service would obey, and the signature does not cover, by lower-case name.
    case unsignedHeaders([String])
    case wrongSignature
    /// The signature's time is more than 15 minutes from now.
    case skewedClock
    /// A presigned address has expired.
    case expiredAddress
    case bodyTooLarge(limit: Int)
    /// The client went away, or sent too slowly.
    case cutBody
    /// The body is another than its signed hash says.
    case wrongPayloadHash
    /// A fault of the server, which its log explains.
    case internalFailure
}
