/// A row and the time for which it is valid: from `from` up to `to`, or still.
struct Version {
    var row: Int32
    var from: Int64
    var to: Int64?
    /// The columns that are compared, as bytes that are equal where they are.
    var values: [UInt8]

    func holds(at time: Int64) -> Bool { to.map { time < $0 } ?? true }
}

/// Goes through the rows of one key after another, in the order of time, and closes versions.
struct VersionWalk {
    private static let heldVersions = 2

    private var key: [UInt8]?
    /// Of the key: the last ones, which may change.
    private var open: [Version] = []
    private var done: [Version] = []

    mutating func begin(key: [UInt8]) {
        if key == self.key { return }
        end()
        self.key = key
    }

    /// Closes what is open.
    mutating func end() {
        done += open
        open = []
    }

    mutating func take(_ row: Version, isDeletion: Bool, isNew: Bool) {
        guard let last = open.last, last.holds(at: row.from) else {
            if !isDeletion { add(row) }
            return
        }
        if isDeletion {
            if last.from == row.from { open.removeLast() } else { open[open.count - 1].to = row.from }
            return
        }
        var version = row
        // What is known of the end of the earlier version holds for the one that takes its place.
        if isNew { version.to = last.to }
        if last.from == row.from { open.removeLast() } else { open[open.count - 1].to = row.from }
        add(version)
    }

    /// Adds a version behind the others, or to the last one where it begins at its end and nothing changes.
    private mutating func add(_ version: Version) {
        if let last = open.last, last.to == version.from, last.values == version.values {
            open[open.count - 1].to = version.to
        } else {
            open.append(version)
        }
        while open.count > Self.heldVersions { done.append(open.removeFirst()) }
    }

    /// The versions that will not change any more; they are forgotten.
    mutating func closed() -> [Version] {
        defer { done = [] }
        return done
    }

    /// The rows of the others, which are from now on counted from 0.
    mutating func hold() -> [Int32] {
        let rows = open.map(\.row)
        for index in open.indices { open[index].row = Int32(index) }
        return rows
    }
}
