package import SluiceCore

extension SluiceError.Code {
    /// No credentials were found, or a file that holds them is malformed.
    package static let noCredentials = Self("no-credentials", .definition)
    /// The service does not accept the credentials or the signature.
    package static let credentialsRefused = Self("credentials-refused", .definition)
    /// The credentials do not allow the call.
    package static let accessDenied = Self("access-denied", .definition)
    /// The service could not be reached, or broke off.
    package static let serviceUnreachable = Self("service-unreachable")
    /// The service answered with a failure of its own, or with what is no answer of its API.
    package static let serviceFailed = Self("service-failed")
    /// A call took longer than it may.
    package static let timedOut = Self("timed-out")
    /// The service refuses what the request asks for.
    package static let requestRefused = Self("request-refused")
    /// As many requests were made as the account may make.
    package static let quotaSpent = Self("quota-spent")
    /// A redirect or link leads to another host than the connection's.
    package static let foreignHost = Self("foreign-host")
    /// The other side of a TLS connection cannot prove who it is.
    package static let untrustedService = Self("untrusted-service")
}
