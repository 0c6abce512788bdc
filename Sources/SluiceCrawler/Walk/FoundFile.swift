/// A file below a target, as a listing shows it.
package struct FoundFile: Hashable, Sendable {
    /// Absolute.
    package var path: String
    /// Folders below the target, outermost first.
    package var folders: [String]
    package var name: String
    package var byteCount: Int64
    /// Microseconds since 1970.
    package var modifiedMicros: Int64

    /// The path below the target.
    var relative: String { (folders + [name]).joined(separator: "/") }
}

/// Something below a target that is not looked at, and why.
package struct SkippedPath: Hashable, Sendable {
    /// Why it is not looked at.
    package enum Reason: String, Sendable {
        case link, special, unreadable, badName = "bad-name", tooDeep = "too-deep"
    }

    package var path: String
    package var reason: Reason
    /// One sentence without a full stop.
    package var message: String
}
