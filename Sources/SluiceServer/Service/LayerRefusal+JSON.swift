extension LayerRefusal {
    /// The refusal in the words of services whose answers are JSON.
    ///
    /// - Parameters:
    ///   - denied: The status of what is wrong with a signature: 400 where operations are in a header, 403 where they are in the path.
    ///   - failure: What the service calls a fault of its own.
    func jsonFault(denied: Int, failure: String) -> ServiceFault {
        switch self {
        case .foreignOrigin: ServiceFault(403, "ForbiddenOrigin", PageOrigins.refusal)
        case .unsigned: ServiceFault(denied, "MissingAuthenticationTokenException", "Missing Authentication Token")
        case .unknownKey: ServiceFault(denied, "UnrecognizedClientException", "The security token included in the request is invalid.")
        case .malformedSignature(let message), .malformedAddress(let message):
            ServiceFault(denied, "IncompleteSignatureException", message)
        case .unsignedHeaders(let names):
            ServiceFault(
                denied, "InvalidSignatureException",
                names.map { "'\($0)' must be a 'SignedHeader' in the AWS Authorization." }.joined(separator: " "))
        case .wrongSignature, .wrongPayloadHash:
            ServiceFault(
                denied, "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. "
                    + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
        case .skewedClock, .expiredAddress:
            ServiceFault(
                denied, "InvalidSignatureException", "Signature expired or not yet valid: its time is too far from the server's")
        case .bodyTooLarge(let limit):
            ServiceFault(413, "RequestEntityTooLargeException", "The request is longer than the \(limit) bytes that are allowed.")
        case .cutBody: ServiceFault(400, "SerializationException", "the request was cut")
        case .internalFailure: ServiceFault(500, failure, "An internal failure occurred; the server's log has more.")
        }
    }
}
