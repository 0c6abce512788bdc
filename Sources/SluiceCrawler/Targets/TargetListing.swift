import SluiceCatalog

/// What lies below one target of files.
struct TargetListing: Sendable {
    /// The folder that all files lie below: absolute, or a URL; without a slash at its end.
    var root: String
    /// The target is a file, not the folder that it lies in.
    var isFile = false
    /// In the order of their paths.
    var files: [FoundFile] = []
    var skipped: [SkippedPath] = []
    /// Files and folders that begin with `.` or `_`, and that exclusions name.
    var hidden = 0
    var excluded = 0
    /// The table of the catalog that the files are, where one was named.
    var table: TableDefinition?

    mutating func skip(_ path: String, _ reason: SkippedPath.Reason, _ message: String) {
        skipped.append(SkippedPath(path: path, reason: reason, message: message))
    }
}
