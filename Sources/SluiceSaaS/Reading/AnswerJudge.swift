import SluiceCore
import SluiceHTTP
import SluiceJSON

/// What a service's answers mean by its declaration.
struct AnswerJudge: Sendable {
    private let answers: ServiceDeclaration.Answers
    private let client: WebClient
    private let isJSON: Bool

    /// - Parameter isJSON: Whether an accepted answer must be whole JSON.
    init(_ answers: ServiceDeclaration.Answers, _ client: WebClient, isJSON: Bool) {
        self.answers = answers
        self.client = client
        self.isJSON = isJSON
    }

    func verdict(_ request: WebRequest, _ answer: WebAnswer) -> WebVerdict {
        let scanner = JSONScanner(answer.body)
        let document = try? scanner.document()
        let code = document.flatMap { text(answers.code, scanner, $0) }
        let message = [code, document.flatMap { text(answers.message, scanner, $0) }].compactMap(\.self)
        let words = message.isEmpty ? nil : message.joined(separator: ": ").prefix(400).description
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
        if let success = answers.success, let document, text(success.path, scanner, document) != success.value {
            return .refuse(client.failure(.requestRefused, request, answer, words ?? WebClient.quoted(answer.body)))
        }
        guard isJSON, document == nil else { return .accept }
        // An intermediary's page, or a body that lost its end: mostly gone when asked again.
        return .retry("no whole JSON, but \(WebClient.quoted(answer.body))", isThrottled: false)
    }

    private func text(_ path: [String], _ scanner: JSONScanner, _ document: Range<Int>) -> String? {
        guard !path.isEmpty, let place = try? scanner.find(path, in: document) else { return nil }
        return try? scanner.text(place)
    }
}
