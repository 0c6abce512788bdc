/// Members of objects that no column has a place for, because they came behind the records that the columns were inferred from.
package struct NewMembers: Sendable {
    /// What is known of one.
    package struct Entry: Sendable, Hashable {
        /// With the names of the structs that it is in: `actor.login`.
        package var name: String
        /// Objects that have it.
        package var count: Int64
        /// Where it was found first.
        package var first: SourceLocation
    }

    /// In the order in which they were found, each name once, at most `CoreLimits.newMembers`.
    package private(set) var entries: [Entry] = []
    /// Whether there are more than are kept.
    private var hasMore = false
    private var places: [ExactText: Int] = [:]

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Takes down that objects have a member; of places in one file the first is kept.
    package mutating func add(_ name: String, count: Int64 = 1, at location: SourceLocation) {
        if let place = places[ExactText(name)] {
            entries[place].count += count
            if location.stands(before: entries[place].first) { entries[place].first = location }
        } else if entries.count < CoreLimits.newMembers {
            places[ExactText(name)] = entries.count
            entries.append(Entry(name: name, count: count, first: location))
        } else {
            hasMore = true
        }
    }

    package mutating func add(_ other: NewMembers) {
        for entry in other.entries { add(entry.name, count: entry.count, at: entry.first) }
        hasMore = hasMore || other.hasMore
    }

    /// Those that no column can be named by; nil for none.
    package var nameless: NewMembers? {
        var found = NewMembers()
        for entry in entries where entry.name.isEmpty { found.add(entry.name, count: entry.count, at: entry.first) }
        return found.isEmpty ? nil : found
    }

    /// What a person should know after the run.
    package var notices: [String] {
        let named = entries.map { entry in
            let objects = "\(entry.count) object\(entry.count == 1 ? "" : "s")"
            if entry.name.isEmpty {
                return "a member with an empty name is in \(objects), first at \(entry.first), and is left out: no column can be called so"
            }
            return "member \(entry.name.quotedForMessage) is in \(objects) behind the records that the columns were inferred "
                + "from, first at \(entry.first), and is left out; declare it as a column to read it, or infer from all records (infer_from: all)"
        }
        return named + (hasMore ? ["more members came behind the records that the columns were inferred from, and are left out"] : [])
    }
}

extension SourceLocation {
    /// Whether both are of one file, and this one is further up.
    fileprivate func stands(before other: SourceLocation) -> Bool {
        guard case .file(let path, let line?, _) = self, case .file(path, let otherLine?, _) = other else { return false }
        return line < otherLine
    }
}
