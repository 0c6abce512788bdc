import SluiceServer

/// Errors with the codes and sentences of S3. Source: S3's API reference, "Error responses", and what botocore has in its service model.
extension ServiceFault {
    static let malformedXML = ServiceFault(
        400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    static let invalidURI = ServiceFault(400, "InvalidURI", "Couldn't parse the specified URI.")
    static let accessDenied = ServiceFault(403, "AccessDenied", "Access Denied")

    static func invalidArgument(_ name: String, _ value: String, _ message: String) -> ServiceFault {
        ServiceFault(400, "InvalidArgument", message, details: [("ArgumentName", name), ("ArgumentValue", value)])
    }

    static func invalidRequest(_ message: String) -> ServiceFault { ServiceFault(400, "InvalidRequest", message) }

    /// What Sluice does not do, with what it is.
    static func notImplemented(_ what: String) -> ServiceFault {
        ServiceFault(
            501, "NotImplemented", "A header or parameter you provided implies functionality that is not implemented: \(what)")
    }
}
