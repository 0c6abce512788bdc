import SluiceCore
import SluiceHTTP
import Synchronization

/// The pages of a job's results, and what happens when they cannot be had.
extension JobReader {
    /// - Returns: Nil where nothing of the page is new.
    func page(_ id: String) async throws(SluiceError) -> JobPage? {
        let (read, following) = try await job.results.isFile ? range(id) : whole(id)
        return state.withLock { state in
            state.pages += 1
            state.missing = 0
            // Pages that are read again may be cut elsewhere than before.
            let known = min(state.skipped, read.rows)
            let page = known > 0 ? read.dropping(known) : read
            state.skipped -= known
            state.position?.rows += page.rows
            state.position?.header = page.header
            state.position?.next = following
            if following == nil { state.endStretch() }
            guard page.rows > 0 else { return nil }
            return JobPage(bytes: page.bytes, rows: page.rows, name: "\(id) page \(state.pages)")
        }
    }

    /// A page that has all its rows: one that lost some on its way is asked for again.
    private func whole(_ id: String) async throws(SluiceError) -> (PageText, following: String?) {
        let (next, size, header) = state.withLock { ($0.position?.next, $0.size, $0.position?.header) }
        for attempt in 1... {
            var answer = try await session.results(entity, job.results, named(id), next: next, size: size, job.limits)
            let beginning = Array(answer.body.prefix(SaaSLimits.quotedBytes))
            // A page has megabytes: nothing else holds it while it is changed in its place.
            if let page = PageText(exchange(&answer.body, with: []), header: header), says(answer, page.rows) {
                return (page, try following(answer, next))
            }
            guard attempt < SaaSLimits.pageAttempts else { throw cut(beginning) }
            try await session.client.rest(RetryPolicy.services.basePause * attempt)
        }
        preconditionFailure("attempts end")
    }

    /// The whole records of a range of the file, and where the next one begins.
    private func range(_ id: String) async throws(SluiceError) -> (PageText, following: String?) {
        for attempt in 1... {
            let (next, size, header) = state.withLock { ($0.position?.next, $0.size, $0.position?.header) }
            let first = next.flatMap { Int($0) } ?? 0
            let answer = try await session.results(
                entity, job.results, named(id), next: nil, size: size, range: first..<first + size, job.limits)
            if let total = Self.total(answer, from: first) {
                let isLast = first + answer.body.count >= total
                let count = isLast ? answer.body.count : PageText.wholeRecords(answer.body)
                if count > 0 || isLast, let page = PageText(Array(answer.body.prefix(count)), header: header) {
                    return (page, isLast ? nil : String(first + count))
                }
                // A record that is longer than a range.
                if count == 0, size < HTTPLimits.answerBytes / 2 {
                    state.withLock { $0.size = size * 2 }
                    continue
                }
            }
            guard attempt < SaaSLimits.pageAttempts else { throw cut(answer.body) }
            try await session.client.rest(RetryPolicy.services.basePause * attempt)
        }
        preconditionFailure("attempts end")
    }

    /// The bytes of the file, as an answer with a range says (RFC 9110, section 14.4); nil for one that is not what was asked for.
    static func total(_ answer: WebAnswer, from first: Int) -> Int? {
        if answer.status == 200, first == 0 { return answer.body.count }
        guard let text = answer.headers["content-range"], text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst("bytes ".count).split(whereSeparator: { $0 == "-" || $0 == "/" }).compactMap { Int($0) }
        guard parts.count == 3, parts[0] == first, parts[1] >= first, parts[1] - first == answer.body.count - 1 else { return nil }
        return parts[2]
    }

    private func says(_ answer: WebAnswer, _ rows: Int) -> Bool {
        guard let name = job.results.countHeader else { return true }
        return answer.headers[name.lowercased()].flatMap { Int($0) } == rows
    }

    private func following(_ answer: WebAnswer, _ current: String?) throws(SluiceError) -> String? {
        guard let next = job.results.next, let text = answer.headers[next.header.lowercased()], !text.isEmpty, text != next.end else {
            return nil
        }
        guard text != current else {
            throw SluiceError(
                .serviceFailed, "a page of \(entity.name) leads to itself", remedy: "run it again: it goes on behind the last page")
        }
        return text
    }

    /// - Parameter beginning: Of the page.
    private func cut(_ beginning: [UInt8]) -> SluiceError {
        SluiceError(
            .serviceFailed, "\(entity.name): a page of results has not the rows that the service says: \(WebClient.quoted(beginning))",
            remedy: "run it again: it goes on behind the last page", isRetriable: true)
    }

    /// The locator is not known any more, but the job's results are: they are read again from the first page, and what was handed out is left out.
    func rewind(_ cause: SluiceError) throws(SluiceError) {
        try state.withLock { state throws(SluiceError) in
            guard state.position?.next != nil, state.made <= SaaSLimits.restarts else { throw cause }
            state.made += 1
            state.position?.next = nil
            state.skipped = state.position?.rows ?? 0
            state.pages = 0
        }
    }

    /// The results are not to be had: the job is looked at anew. It is gone, it has ended otherwise, or its file is late.
    func lookAgain(_ id: String, _ cause: SluiceError) async throws(SluiceError) {
        let looks = state.withLock { state in
            state.missing += 1
            state.isReady = false
            return state.missing
        }
        if cause.code == .notFound {
            guard looks <= SaaSLimits.restarts else { return try abandon(id, cause) }
        } else if looks > 1 {
            // The job is as it should be, so the request is not.
            throw cause
        }
        try await session.client.rest(SaaSLimits.lateFilePause)
    }

    /// The job is gone, or has failed: another is made, for the same window.
    func abandon(_ id: String, _ cause: SluiceError) throws(SluiceError) {
        // A run that was cut off may have made another one already.
        if try ledger.job(purpose)?.id == id { try ledger.forget(purpose) }
        let rows = try state.withLock { state throws(SluiceError) in
            guard state.made <= SaaSLimits.restarts else { throw cause }
            let rows = state.position?.rows ?? 0
            // Another job gives its rows in another order.
            guard mayRepeat || rows == 0 else { throw lost(id, cause) }
            // A job that an earlier run made counts, too, so that there is an end.
            state.made += 1
            state.position = nil
            state.isReady = false
            state.skipped = 0
            state.missing = 0
            return rows
        }
        guard rows > 0 else { return }
        note(
            "\(entity.name): the service's job \(id) is gone, of which \(rows) rows were read; another one brings them again: "
                + "they are there once where the destination has keys")
    }

    private func lost(_ id: String, _ cause: SluiceError) -> SluiceError {
        SluiceError(
            .pageExpired, "\(entity.name): the service's job \(id) is gone, of which some rows were read: \(cause.message)",
            remedy: "run it again: it begins anew", isRetriable: true)
    }

    /// A page is too large: smaller ones are asked for.
    func shrink(_ cause: SluiceError) throws(SluiceError) {
        try state.withLock { state throws(SluiceError) in
            guard state.size > SaaSLimits.leastJobRows else { throw cause }
            state.size = max(SaaSLimits.leastJobRows, state.size / 4)
        }
    }
}
