import SluiceCore

/// Windows that begin again at the greatest cursor.
///
/// The next page begins at the greatest cursor of the one before, and holds some of its records again. Where that leads nowhere, because a page is
/// full of records with one cursor, these are read by their keys, and then what lies behind them. What nobody may see leaves gaps in pages: a page
/// that shows nothing is passed over.
extension PageWalk {
    /// - Parameters:
    ///   - page: What of the page is new.
    ///   - hasLink: Whether the answer has a link to a next page.
    mutating func beginAgain(
        _ parts: PageParts, _ page: RecordPage, by keyset: ServiceEntity.Keyset, hasLink: Bool
    ) throws(SluiceError) {
        guard let cursor = entity.cursor, window.pages < SaaSLimits.pages else { throw malformed("is one of too many") }
        let isFull = parts.records.count >= read.size
        // Without a word of the service, a page that is neither full nor has much that is new is the last one: what comes meanwhile is left for the
        // next window, or there might be no end.
        let hasMore = isFull || (keyset.hasLink ? hasLink : window.keyset?.key == nil && page.records.count * 4 >= read.size)
        switch window.keyset {
        case nil: try follow(parts, cursor, keyset, isFull: isFull, hasMore: hasMore)
        case .some(let place) where place.key == nil: try follow(parts, cursor, keyset, behind: place.cursor, hasMore: hasMore)
        case .some(let place): try follow(parts, cursor, keyset, among: place, hasMore: hasMore)
        }
        guard !isDone else { return }
        position.window = window
    }

    /// Behind a page that began at the window's lower bound.
    private mutating func follow(
        _ parts: PageParts, _ cursor: ServiceEntity.Cursor, _ keyset: ServiceEntity.Keyset, isFull: Bool, hasMore: Bool
    ) throws(SluiceError) {
        let places = Self.places(parts, cursor)
        let bound = window.since.flatMap { Self.sent($0, cursor, window.digits) } ?? .min
        guard (places.min() ?? bound) >= bound else {
            throw malformed("has a record before the bound that was asked for, so it would lead to itself")
        }
        guard hasMore else { return try end(parts) }
        let greatest = places.max()
        if let next = greatest.flatMap({ Self.sent($0, cursor, position.digits) }), next > bound { return moveOn(to: next) }
        if !keyset.ties.isEmpty, let greatest, let last = Self.last(parts, at: greatest, cursor) {
            (window.keyset, window.skip) = (last, nil)
        } else if keyset.skipParameter != nil {
            passOver()
        } else if isFull {
            throw malformed(
                "is full of records with one cursor, so nothing leads on",
                remedy: "declare how the others are asked for: ties (by their keys) or skip (by their number); or larger pages, by size")
        } else {
            try end(parts)
        }
    }

    /// Behind a page of the records of one cursor.
    private mutating func follow(
        _ parts: PageParts, _ cursor: ServiceEntity.Cursor, _ keyset: ServiceEntity.Keyset, among place: ReadPosition.Keyset, hasMore: Bool
    ) throws(SluiceError) {
        let places = Self.places(parts, cursor)
        let bound = cursor.form.place(of: place.cursor) ?? .min
        // Without a request of its own for what lies behind, this one brings that, too.
        guard places.allSatisfy({ keyset.beyond.isEmpty ? $0 >= bound : $0 == bound }) else {
            throw malformed("has a record of another cursor than \(place.cursor.quotedForMessage), which was asked for")
        }
        guard hasMore else {
            if keyset.beyond.isEmpty { return try end(parts) }
            (window.keyset, window.skip) = (ReadPosition.Keyset(cursor: place.cursor, key: nil), nil)
            return
        }
        guard let last = places.max().flatMap({ Self.last(parts, at: $0, cursor) }) else {
            guard keyset.skipParameter != nil else { throw malformed("has no record that leads on, although more follow") }
            return passOver()
        }
        guard last != place else { throw malformed("leads to itself: it ends with the key that it was to begin behind") }
        (window.keyset, window.skip) = (last, nil)
    }

    /// Behind a page of what lies behind all records of a cursor.
    private mutating func follow(
        _ parts: PageParts, _ cursor: ServiceEntity.Cursor, _ keyset: ServiceEntity.Keyset, behind value: String, hasMore: Bool
    ) throws(SluiceError) {
        let places = Self.places(parts, cursor)
        let bound = cursor.form.place(of: value) ?? .min
        guard places.allSatisfy({ $0 > bound }) else {
            throw malformed("has a record that does not lie behind the cursor \(value.quotedForMessage), as was asked for")
        }
        guard hasMore else { return try end(parts) }
        if let greatest = places.max() {
            // A bound of whole seconds would bring all of them again.
            if let next = Self.sent(greatest, cursor, position.digits), next > bound { return moveOn(to: next) }
            if let last = Self.last(parts, at: greatest, cursor) {
                (window.keyset, window.skip) = (last, nil)
                return
            }
        }
        guard keyset.skipParameter != nil else { throw malformed("has no record that leads on, although more follow") }
        passOver()
    }

    private mutating func moveOn(to bound: Int64) {
        (window.since, window.keyset, window.skip) = (bound, nil, nil)
        window.digits = position.digits
    }

    /// Pages that are passed over overlap: a record that changes meanwhile moves behind all others, and these move up.
    private mutating func passOver() { window.skip = (window.skip ?? 0) + max(1, read.size - read.size / 8) }

    private static func places(_ parts: PageParts, _ cursor: ServiceEntity.Cursor) -> [Int64] {
        parts.cursors.compactMap { $0.flatMap { cursor.form.place(of: $0) } }
    }

    /// A place as the service understands it when it is asked for it.
    private static func sent(_ place: Int64, _ cursor: ServiceEntity.Cursor, _ digits: Int?) -> Int64? {
        cursor.sent.place(of: cursor.bound(place, digits: digits))
    }

    /// The last record of a page at a place; nil where it has no key.
    private static func last(_ parts: PageParts, at place: Int64, _ cursor: ServiceEntity.Cursor) -> ReadPosition.Keyset? {
        let index = parts.cursors.lastIndex { $0.flatMap { cursor.form.place(of: $0) } == place }
        guard let index, let text = parts.cursors[index], !parts.keys[index].isEmpty else { return nil }
        return ReadPosition.Keyset(cursor: text, key: parts.keys[index])
    }
}
