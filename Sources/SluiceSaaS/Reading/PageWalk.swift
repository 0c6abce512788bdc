package import SluiceCore
package import SluiceHTTP
import SluiceJSON
import SluicePipelines

/// Walks through the pages of one entity: which request comes next, and what of its answer is new. Logic only; `ServiceReader` sends.
///
/// A window begins at the greatest cursor that was read, less the lag, both included. Records of which key and cursor are known already are
/// left out, so windows may overlap, and pages may repeat records with equal cursors.
package struct PageWalk: Sendable {
    let entity: ServiceEntity
    let read: ServiceEntity.Read
    package internal(set) var position: ReadPosition
    var window: ReadPosition.Window
    /// Whether the window was read to its end.
    package private(set) var isDone = false
    private var restarts = 0
    private var circle = PageCircle()
    /// Pages without a record, one behind the other.
    private var emptyPages = 0
    /// The key of the parent, where its own record may come along.
    private let parent: String?
    /// Whether records have to have cursors: without them the next window would bring all of them again.
    private let needsCursor: Bool

    /// - Parameters:
    ///   - parent: The key of the record whose records are read.
    ///   - needsCursor: Whether another window follows behind this one.
    package init(
        _ entity: ServiceEntity, _ read: ServiceEntity.Read, from position: ReadPosition, under parent: String? = nil,
        needsCursor: Bool = false
    ) {
        self.needsCursor = needsCursor
        self.entity = entity
        self.read = read
        self.parent = read.hasParent ? parent : nil
        self.position = position
        window =
            position.window
            ?? ReadPosition.Window(since: position.since(entity.cursor), known: position.high, digits: position.digits)
    }

    private var lag: Int64 { entity.cursor?.keptLag ?? 0 }

    /// Whether the first page is found by a request of its own.
    package var opens: Bool { window.next == nil && read.opening != nil }

    /// - Parameter cursor: What leads to the first page.
    package mutating func open(_ cursor: String) { window.next = cursor }

    /// The request of the next page.
    package var target: PageTarget {
        var target = PageTarget(since: entity.cursor?.bound(window.since, digits: window.digits))
        guard let next = window.next else {
            if let value = window.resumeAt { (target.name, target.value) = (read.resumeParameter, value) }
            if case .number(let name, let first) = read.paging { (target.name, target.value) = (name, String(first)) }
            if case .cursorValue(let keyset) = read.paging {
                target.keyset = window.keyset
                if let skip = window.skip { (target.name, target.value) = (keyset.skipParameter, String(skip)) }
            }
            return target
        }
        switch read.paging {
        case .single, .cursorValue: break
        case .address, .link: target.address = next
        case .cursor(_, let name):
            (target.name, target.value) = (name, next)
            target.hasParameters = read.keepsParameters
        case .key(let name), .offset(let name), .number(let name, _): (target.name, target.value) = (name, next)
        }
        return target
    }

    /// Takes in the answer to `target`.
    ///
    /// - Parameters:
    ///   - link: The header `Link`.
    ///   - address: What was asked for: links on the page are relative to it.
    /// - Throws: `serviceFailed` for what is not of the declared shape, and for pages that lead to themselves; `limitExceeded`.
    package mutating func take(_ bytes: [UInt8], link: String?, from address: WebAddress) throws(SluiceError) -> RecordPage {
        let found: PageParts?
        do throws(JSONScanner.Failure) {
            found = try PageParts(bytes, entity, read)
        } catch {
            throw malformed("cannot be read: \(error.words(in: bytes) ?? "its JSON ends too early")")
        }
        guard var parts = found else {
            let path = read.records.isEmpty ? "it" : read.records.joined(separator: ".")
            throw malformed("has no list of records: \(path) is none; it is \(WebClient.quoted(bytes))")
        }
        if case .link = read.paging { parts.token = link.flatMap(LinkHeader.next) }
        try locate(&parts, from: address)
        try checkOrder(parts)
        try checkCursors(parts)
        let page = fresh(parts, bytes)
        // Those of the overlap, and those within the window's own lag.
        guard position.seen.count <= SaaSLimits.seenRecords * (window.known == nil ? 1 : 2) else {
            throw SluiceError(
                .limitExceeded, "over \(SaaSLimits.seenRecords) records of \(entity.name) have cursors within the lag",
                remedy: "say a shorter lag")
        }
        window.pages += 1
        window.records += parts.records.count
        if case .cursorValue(let keyset) = read.paging {
            try beginAgain(parts, page, by: keyset, hasLink: link.flatMap(LinkHeader.next) != nil)
        } else {
            try advance(parts)
        }
        return page
    }

    /// The answer to `target` was that there is nothing, and so nothing that leads on.
    package mutating func takeNothing() throws(SluiceError) -> RecordPage {
        try end(PageParts())
        return RecordPage(bytes: [], records: [], repeated: 0)
    }

    /// The service does not know the page's cursor any more: the window begins again behind what was read of it.
    ///
    /// - Throws: `serviceFailed` where there is no such place, or this happens over and over.
    package mutating func expire(_ cause: SluiceError) throws(SluiceError) {
        restarts += 1
        guard window.next != nil, restarts <= SaaSLimits.restarts else { throw cause }
        window.next = nil
        circle = PageCircle()
        if let cursor = entity.cursor, cursor.order == .ascending {
            // What came on this window's pages is behind them; without a record, the window begins once more.
            if let low = window.low.flatMap({ cursor.form.place(of: $0) }) {
                window.since = min(low, position.high ?? low)
                window.digits = position.digits
            }
        } else if read.resumeParameter != nil, let low = window.low, window.edge != nil {
            window.resumeAt = low
        } else {
            throw cause
        }
        position.window = window
    }

    // MARK: Records

    private mutating func fresh(_ parts: PageParts, _ bytes: [UInt8]) -> RecordPage {
        var page = RecordPage(bytes: bytes, records: [], repeated: 0)
        var noted: [(key: String, place: Int64)] = []
        for (index, record) in parts.records.enumerated() where parent == nil || parts.keys[index] != parent {
            guard let cursor = entity.cursor, let text = parts.cursors[index], let place = cursor.form.place(of: text),
                !parts.keys[index].isEmpty
            else {
                page.records.append(record)
                window.hasStrays = true
                continue
            }
            // A bound that is included brings the records again that stand at it.
            let isAtEdge = window.resumeAt == text && window.low == text && window.edge?.keys.contains(parts.keys[index]) == true
            pass(text, parts.keys[index])
            if isAtEdge || position.seen[parts.keys[index]] == place {
                page.repeated += 1
            } else {
                page.records.append(record)
                noted.append((parts.keys[index], place))
            }
            if cursor.sendsDigits { position.digits = max(position.digits ?? 0, cursor.form.digits(of: text)) }
        }
        position.note(noted, lag: lag, known: window.known)
        return page
    }

    /// Keeps where the records end that were read, for going on there.
    private mutating func pass(_ cursor: String, _ key: String) {
        if window.low != cursor { (window.low, window.edge) = (cursor, ReadPosition.Edge()) }
        guard read.resumeParameter != nil else { return }
        window.edge?.keys.insert(key)
        if let count = window.edge?.keys.count, count > SaaSLimits.seenRecords { window.edge = nil }
    }

    /// A later page of a window in descending order has no record above the last one.
    private func checkOrder(_ parts: PageParts) throws(SluiceError) {
        guard let cursor = entity.cursor, cursor.order == .descending, window.next != nil,
            let low = window.low.flatMap({ cursor.form.place(of: $0) }),
            let greatest = parts.cursors.compactMap({ $0.flatMap { cursor.form.place(of: $0) } }).max(), greatest > low
        else { return }
        throw malformed("has records above those of the page before, so it leads to itself")
    }

    /// Whether no record of this window or an earlier one had a cursor and a key.
    private var isUnplaced: Bool { window.low == nil && position.seen.isEmpty }

    /// Cursors that are there and that none can be read of have another form than is declared.
    private func checkCursors(_ parts: PageParts) throws(SluiceError) {
        guard needsCursor, isUnplaced, !parts.records.isEmpty, let form = entity.cursor?.form else { return }
        guard parts.cursors.allSatisfy({ $0.map { form.place(of: $0) == nil } ?? false }) else { return }
        throw stray(parts)
    }

    /// Why a record has no place, by the example of the last one.
    private func stray(_ parts: PageParts) -> SluiceError {
        guard let cursor = entity.cursor else { preconditionFailure("a window has a cursor") }
        let key = parts.keys.last.map { $0.isEmpty ? "without a key" : "with the key \($0.quotedForMessage)" } ?? "of them"
        let value = parts.cursors.last ?? nil
        let readable = value.flatMap { value in CursorForm.allCases.first { $0.place(of: value) != nil } }
        var what = "has no \(cursor.name)"
        var remedy = "name a member that records have: cursor.field"
        if let value, cursor.form.place(of: value) != nil {
            what = "has no \(entity.key.joined(separator: ", "))"
            remedy = "name members that records have: key"
        } else if let value {
            what = "has \(value.quotedForMessage) as \(cursor.name), which is not of the form \(cursor.form.rawValue)"
            remedy = "say how it is written: cursor.form" + (readable.map { ": \($0.rawValue)" } ?? "")
        }
        return SluiceError(
            .notIncremental, "no record of \(entity.name) says where it lies, so every run would read all of them: one \(key) \(what)",
            remedy: "\(remedy), in the connector's declaration; or read it whole, without incremental: true")
    }

    // MARK: The next page

    /// An address that leads on becomes a whole one.
    private func locate(_ parts: inout PageParts, from address: WebAddress) throws(SluiceError) {
        switch read.paging {
        case .address, .link: break
        default: return
        }
        guard let reference = parts.token, !reference.isEmpty else { return }
        do throws(SluiceError) {
            parts.token = try address.resolving(reference).description
        } catch {
            throw malformed("leads to what is no address: \(reference.quotedForMessage)")
        }
    }

    private mutating func advance(_ parts: PageParts) throws(SluiceError) {
        let count = parts.records.count
        guard more(parts) else {
            return try end(parts)
        }
        var next = parts.token
        switch read.paging {
        case .single, .cursor, .address, .link, .cursorValue: break
        case .key: next = parts.keys.last(where: { !$0.isEmpty }) ?? window.next
        case .offset: next = String(window.records)
        case .number(_, let first): next = String((window.next.flatMap { Int($0) } ?? first) + 1)
        }
        guard let next, !next.isEmpty else { throw malformed("says that more follows, and not where") }
        guard next != window.next, window.pages < SaaSLimits.pages else {
            throw malformed("leads to itself: page \(window.pages) of \(count) records says that \(next.quotedForMessage) follows")
        }
        guard !circle.closes(at: next) else { throw malformed("leads back to one that was read: to \(next.quotedForMessage)") }
        window.next = next
        position.window = window
        emptyPages = parts.records.isEmpty ? emptyPages + 1 : 0
        guard emptyPages < SaaSLimits.emptyPages else {
            throw SluiceError(
                .pagesWithoutRecords,
                "a page of \(entity.name) is the \(emptyPages)th in a row without a record, and says that more follows",
                remedy: "where the service has so many, another run goes on behind them; larger pages (size of read) make them fewer")
        }
    }

    /// - Throws: `notIncremental` where no record was ever placed. Records of a parent may be few, so none of them has to be.
    mutating func end(_ parts: PageParts) throws(SluiceError) {
        if needsCursor, window.hasStrays == true, entity.parent == nil, isUnplaced { throw stray(parts) }
        isDone = true
        position.close(lag: lag)
    }

    private func more(_ parts: PageParts) -> Bool {
        if let flag = read.flag { return (parts.flag == "true") != flag.isDone }
        switch read.paging {
        case .single, .cursorValue: return false
        case .cursor, .address, .link: return !(parts.token ?? "").isEmpty
        case .key, .offset, .number: return !parts.records.isEmpty && !(read.endsShort && parts.records.count < read.size)
        }
    }

    func malformed(
        _ what: String, remedy: String = "if the service has changed its answers, the connector's declaration has to follow"
    ) -> SluiceError {
        SluiceError(.serviceFailed, "a page of \(entity.name) \(what)", remedy: remedy)
    }
}
