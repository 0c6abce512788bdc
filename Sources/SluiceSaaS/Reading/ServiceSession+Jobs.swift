package import SluiceCore
import SluiceHTTP
import SluiceJSON

extension ServiceSession {
    /// Sends one request of a job's life.
    ///
    /// - Parameter values: Beside the settings: `job`, `since`, `until`, `fields`.
    func call(
        _ entity: ServiceEntity, _ call: JobRead.Call, _ more: [String: String], _ rules: [RateRule]
    ) async throws(SluiceError) -> WebAnswer {
        let filled = values.merging(more) { $1 }
        guard let path = call.path.filled(filled, encode: { PercentText.encode($0) }) else { throw lacking(entity) }
        var request = WebRequest(call.method, try located(path), label: "\(declaration.name) \(entity.name) job", isRepeatable: true)
        request.headers = headers(filled)
        if let template = call.body {
            var texts = filled.mapValues { Self.escaped($0) }
            // A list of texts with quotes of their own.
            texts["quoted_fields"] = filled["quoted_fields"]
            guard let body = template.filled(texts) else { throw lacking(entity) }
            request.body = Array(body.utf8)
            request.setHeader("Content-Type", "application/json")
        }
        return try await send(request, rules, .json)
    }

    /// Asks for one page of a job's results.
    ///
    /// - Parameter range: Bytes of a file; nil for a page.
    func results(
        _ entity: ServiceEntity, _ results: JobRead.Results, _ more: [String: String], next: String?, size: Int, range: Range<Int>? = nil,
        _ rules: [RateRule]
    ) async throws(SluiceError) -> WebAnswer {
        var filled = values.merging(more) { $1 }
        filled["limit"] = String(size)
        guard let path = results.path.filled(filled, encode: { PercentText.encode($0) }) else { throw lacking(entity) }
        var parameters: [(name: String, value: String)] = []
        for parameter in results.parameters {
            if let value = parameter.value.filled(filled) { parameters.append((parameter.name, value)) }
        }
        if let next, let name = results.next?.parameter { parameters.append((name, next)) }
        var request = WebRequest("GET", try located(path).adding(parameters), label: "\(declaration.name) \(entity.name) results")
        request.headers = headers(filled).filter { $0.name.lowercased() != "accept" }
        request.setHeader("Accept", "text/csv")
        if let range { request.setHeader("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)") }
        return try await send(request, rules, .delimited)
    }

    /// How many records a job would bring.
    package func estimate(_ entity: ServiceEntity, _ estimate: JobRead.Estimate, _ more: [String: String]) async throws(SluiceError) -> Int
    {
        let filled = values.merging(more) { $1 }
        guard let path = estimate.path.filled(filled, encode: { PercentText.encode($0) }) else { throw lacking(entity) }
        let parameters = estimate.parameters.compactMap { parameter in
            parameter.value.filled(filled).map { (name: parameter.name, value: $0) }
        }
        var request = WebRequest("GET", try located(path).adding(parameters), label: "\(declaration.name) \(entity.name) count")
        request.headers = headers(filled)
        let answer = try await send(request, [], .json)
        guard let text = Self.text(estimate.count, answer.body), let count = Int(text), count >= 0 else {
            throw SluiceError(.serviceFailed, "\(request.label): \(request.shown) answered with no count of records")
        }
        return count
    }

    /// Asks for what leads to the first page of a window.
    func open(
        _ entity: ServiceEntity, _ opening: ServiceEntity.Opening, _ target: PageTarget, _ more: [String: String]
    ) async throws(SluiceError) -> String {
        var filled = values.merging(more) { $1 }
        filled["since"] = target.since
        guard let path = opening.path.filled(filled, encode: { PercentText.encode($0) }) else { throw lacking(entity) }
        let parameters = opening.parameters.compactMap { parameter in
            parameter.value.filled(filled).map { (name: parameter.name, value: $0) }
        }
        var request = WebRequest("GET", try located(path).adding(parameters), label: "\(declaration.name) \(entity.name)")
        request.headers = headers(filled)
        let answer = try await send(request, [], .json, unreadable: entity.parent?.unreadable ?? [])
        guard let cursor = Self.text(opening.cursor, answer.body), !cursor.isEmpty else {
            throw SluiceError(.serviceFailed, "\(request.label): \(request.shown) answered with nothing that leads to the first page")
        }
        return cursor
    }

    private func lacking(_ entity: ServiceEntity) -> SluiceError {
        SluiceError(.missingKey, "a request of \(entity.name) needs a value that the connection does not have")
    }

    /// A value inside a text of JSON.
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.appendString(text.utf8, to: &bytes)
        return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    /// The text at a path of an answer.
    static func text(_ path: [String], _ body: [UInt8]) -> String? {
        let scanner = JSONScanner(body)
        guard !path.isEmpty, let document = try? scanner.document(), let place = try? scanner.find(path, in: document) else { return nil }
        return try? scanner.text(place)
    }
}
