import SluiceCore
import SluiceHTTP
import SluiceJSON

/// What a service's answers mean by its declaration.
struct AnswerJudge: Sendable {
    private let answers: ServiceDeclaration.Answers
    private let client: WebClient
    private let shape: Shape
    /// Codes and statuses that say that a parent's records cannot be read.
    private let unreadable: Set<String>

    /// What an accepted answer must be.
    enum Shape: Sendable {
        case any
        /// One whole value.
        case json
        /// CSV, as its type says.
        case delimited
    }

    init(_ answers: ServiceDeclaration.Answers, _ client: WebClient, _ shape: Shape, unreadable: Set<String> = []) {
        self.answers = answers
        self.client = client
        self.shape = shape
        self.unreadable = unreadable
    }

    func verdict(_ request: WebRequest, _ answer: WebAnswer) -> WebVerdict {
        let document = try? JSONOutline(answer.body)
        let code = text(answers.code, document)
        let message = [code, text(answers.message, document)].compactMap(\.self)
        let words = message.isEmpty ? nil : message.joined(separator: ": ").prefix(400).description
        if unreadable.contains(String(answer.status)) || code.map(unreadable.contains) == true {
            return .refuse(client.failure(.parentUnreadable, request, answer, words ?? WebClient.quoted(answer.body)))
        }
        if let code {
            if answers.expiredCodes.contains(code) {
                return .refuse(client.failure(.pageExpired, request, answer, words ?? code, isRetriable: true))
            }
            if answers.spentCodes.contains(code) {
                return .refuse(
                    client.failure(
                        .quotaSpent, request, answer, words ?? code, remedy: "run it again later: it goes on where it stopped",
                        isRetriable: true))
            }
            if answers.renewCodes.contains(code) { return .renew(words ?? code) }
            let after = answer.retryAfter(nowMicros: client.pacing.wall.nowMicros())
            if answers.throttleCodes.contains(code) { return .retry(words ?? code, isThrottled: true, after: after) }
            if answers.retryCodes.contains(code) {
                // A pause that comes with it is obeyed.
                return .retry(words ?? code, isThrottled: after != nil, after: after)
            }
        }
        if answers.retryStatuses.contains(answer.status) {
            let after = answer.retryAfter(nowMicros: client.pacing.wall.nowMicros())
            return .retry(words ?? "", isThrottled: after != nil, after: after)
        }
        let byStatus = client.judgeByStatus(request, answer, message: words)
        guard case .accept = byStatus else { return byStatus }
        if let success = answers.success, let document, shape != .delimited {
            guard let found = text(success.path, document) else {
                // Not the shape that the service promises.
                return .refuse(client.failure(.serviceFailed, request, answer, words ?? WebClient.quoted(answer.body)))
            }
            guard found != success.value else { return .accept }
            return .refuse(client.failure(.requestRefused, request, answer, words ?? WebClient.quoted(answer.body)))
        }
        // An intermediary's page, or a body that lost its end: mostly gone when asked again.
        switch shape {
        case .any where Self.isPage(answer.body): return .retry("a page of HTML", isThrottled: false)
        case .any: return .accept
        case .json where document != nil || answer.hasNothing: return .accept
        case .json:
            if let fault = Self.lastingFault(answer.body) { return .refuse(client.failure(.serviceFailed, request, answer, fault)) }
            return .retry("no whole JSON, but \(Self.quoted(answer.body))", isThrottled: false)
        case .delimited where answer.headers["content-type"]?.hasPrefix("text/csv") == true: return .accept
        case .delimited: return .retry("no CSV, but \(Self.quoted(answer.body))", isThrottled: false)
        }
    }

    /// What is wrong with JSON that came whole, and would be again; nil for a body that lost its end, or is something else.
    private static func lastingFault(_ body: [UInt8]) -> String? {
        guard let first = body.first(where: { !" \t\r\n".utf8.contains($0) }), "{[".utf8.contains(first) else { return nil }
        do throws(JSONScanner.Failure) {
            _ = try JSONOutline(body)
            return nil
        } catch {
            return error.words(in: body)
        }
    }

    /// Whether a body is what somebody sends to browsers, such as a login, and not the service's word that a record is written.
    private static func isPage(_ body: [UInt8]) -> Bool {
        let begin = String(decoding: body.prefix(64), as: UTF8.self).lowercased().drop { $0.isWhitespace }
        return begin.hasPrefix("<!doctype html") || begin.hasPrefix("<html")
    }

    private static func quoted(_ body: [UInt8]) -> String { body.isEmpty ? "an empty body" : WebClient.quoted(body) }

    private func text(_ path: [String], _ document: JSONOutline?) -> String? {
        guard !path.isEmpty, let document else { return nil }
        return try? document.text(path)
    }
}

extension JSONScanner.Failure {
    /// What is wrong with a body, and where; nil where it ends too early.
    func words(in body: [UInt8]) -> String? {
        switch self {
        case .tooDeep: "its JSON is nested deeper than anybody reads"
        case .malformed(let place) where place < body.count:
            "its JSON is malformed at byte \(place + 1): \(WebClient.quoted(Array(body[place...].prefix(20))))"
        case .malformed: nil
        }
    }
}

extension WebAnswer {
    /// Whether the service says that it has nothing to say (204).
    var hasNothing: Bool { status == 204 && body.isEmpty }
}
