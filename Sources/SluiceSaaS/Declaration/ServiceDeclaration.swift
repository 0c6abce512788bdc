package import SluiceCore
package import SluiceHTTP

/// An HTTP API as a connector sees it: how it is reached, what it has, and how that is read and written. Declared in YAML
/// (`ServiceDeclarationReader`), without any Swift.
package struct ServiceDeclaration: Sendable {
    /// A value that a connection has to give.
    package struct Setting: Sendable {
        package var name: String
        package var description: String
        package var isSecret: Bool
        package var isOptional: Bool
        package var example: String?
    }

    /// One way to prove who asks; the first whose settings a connection has is taken.
    package enum Login: Sendable {
        case none
        case basic(user: TemplateText, password: TemplateText)
        case bearer(TemplateText)
        case header(name: String, TemplateText)
        case parameter(name: String, TemplateText)
        case clientCredentials(token: TemplateText, id: TemplateText, secret: TemplateText, scope: String?)
        /// `setting` holds the refresh token, and what takes its place.
        case refreshToken(token: TemplateText, id: TemplateText, secret: TemplateText?, setting: String, browser: Browser?)
        case assertion(token: TemplateText, id: TemplateText, user: TemplateText, audience: TemplateText, key: TemplateText)
    }

    /// Where people log in, for a refresh token.
    package struct Browser: Sendable {
        package var authorize: TemplateText
        package var scope: String?
    }

    /// What answers mean beyond their status.
    package struct Answers: Sendable {
        /// A member that must have this text, where errors come with status 200.
        package var success: (path: [String], value: String)?
        package var code: [String] = []
        package var message: [String] = []
        /// Codes and statuses after which a request is sent again.
        package var retryCodes: Set<String> = []
        package var retryStatuses: Set<Int> = []
        /// Codes that ask for a pause.
        package var throttleCodes: Set<String> = []
        /// Codes that say that a budget is spent for hours.
        package var spentCodes: Set<String> = []
        /// Codes that say that a credential has ended.
        package var renewCodes: Set<String> = []
        /// Codes that say that a page's cursor has ended.
        package var expiredCodes: Set<String> = []
    }

    package var name: String
    package var summary: String
    package var settings: [Setting]
    package var address: TemplateText
    package var logins: [Login]
    /// What `connections test` asks for.
    package var check: TemplateText?
    package var limits: [RateRule]
    package var concurrency: Int
    package var headers: [(name: String, value: TemplateText)]
    package var answers: Answers
    package var entities: [ServiceEntity]

    /// - Throws: `notFound` with the nearest name.
    package func entity(_ name: String) throws(SluiceError) -> ServiceEntity {
        if let entity = entities.first(where: { $0.name == name }) { return entity }
        throw SluiceError(
            .notFound, "\(self.name) has no \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: entities.map(\.name), noun: "it has"))
    }
}
