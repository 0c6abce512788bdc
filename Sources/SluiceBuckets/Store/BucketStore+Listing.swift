import SluiceCore
import SluiceSQLite

/// Which part of a bucket is listed.
package struct ListingRequest: Hashable, Sendable {
    package var prefix: [UInt8] = []
    /// Keys that have it behind the prefix are rolled up to it; empty: none is.
    package var delimiter: [UInt8] = []
    /// Entries begin behind it: a key, or a rolled-up prefix, all of which then is left out.
    package var after: [UInt8] = []
    package var limit = BucketLimits.pageEntries

    package init() {}

    /// The rolled-up prefix that a key belongs to.
    func group(of key: [UInt8]) -> [UInt8]? {
        guard !delimiter.isEmpty, key.count >= prefix.count + delimiter.count else { return nil }
        for start in prefix.count...(key.count - delimiter.count) where key[start..<start + delimiter.count].elementsEqual(delimiter) {
            return Array(key[..<(start + delimiter.count)])
        }
        return nil
    }
}

/// A page of a listing.
package struct ListingPage: Hashable, Sendable {
    /// An object, or what stands for all keys with a prefix.
    package enum Entry: Hashable, Sendable {
        case object(ObjectVersion)
        case prefix([UInt8])

        /// Its key, or its prefix.
        package var name: [UInt8] {
            switch self {
            case .object(let version): version.key.bytes
            case .prefix(let prefix): prefix
            }
        }
    }

    /// In the order of their names' bytes.
    package var entries: [Entry] = []
    package var isTruncated = false

    /// Where a walk through the index goes on.
    enum Step {
        case next
        /// Nil: with the next row.
        case behind([UInt8]?)
        case end
    }

    /// Takes what a walk came to; a rolled-up prefix is taken once, and the walk goes on behind all that have it.
    mutating func take(_ version: ObjectVersion, for request: ListingRequest) -> Step {
        guard version.key.bytes.starts(with: request.prefix) else { return .end }
        guard entries.count < request.limit else {
            isTruncated = request.limit > 0
            return .end
        }
        guard let group = request.group(of: version.key.bytes) else {
            entries.append(.object(version))
            return .next
        }
        entries.append(.prefix(group))
        return .behind(BucketStore.successor(of: group))
    }
}

extension BucketStore {
    /// What keys stand for, in order.
    ///
    /// - Complexity: O(log n) for the page and for each rolled-up prefix, O(1) for each object of the page.
    package func list(_ name: String, _ request: ListingRequest) throws(BucketFailure) -> ListingPage {
        let bucket = try bucket(name)
        return try read { index throws(SluiceError) in
            var page = ListingPage()
            var seek = Self.start(request)
            while true {
                let statement = try index.statement(
                    "SELECT \(BucketIndex.versionColumns) FROM objects WHERE bucket = ? AND key >= ? ORDER BY key",
                    [.integer(bucket.id), .blob(seek)])
                defer { statement.reset() }
                var next: [UInt8]?
                while next == nil, try statement.step() {
                    let version = BucketIndex.version(statement, isCurrent: true)
                    switch page.take(version, for: request) {
                    case .next: break
                    case .behind(let key): next = key
                    case .end: return page
                    }
                }
                guard let next else { return page }
                seek = next
            }
        }
    }

    /// Where a listing begins in the index.
    static func start(_ request: ListingRequest) -> [UInt8] {
        guard !request.after.isEmpty, !request.after.lexicographicallyPrecedes(request.prefix) else { return request.prefix }
        if let group = request.group(of: request.after), group == request.after, let behind = successor(of: group) { return behind }
        return request.after + [0]
    }

    /// The first text that is behind everything with a prefix; UTF-8 has no byte of 0xFF.
    static func successor(of prefix: [UInt8]) -> [UInt8]? {
        guard let last = prefix.last else { return nil }
        return prefix.dropLast() + [last + 1]
    }
}
