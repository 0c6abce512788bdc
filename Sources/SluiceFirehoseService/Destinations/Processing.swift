/// What happens to records before they are delivered, in this order.
struct Processing: Hashable, Sendable {
    /// How one record is split into several.
    enum Splitting: Hashable, Sendable {
        /// JSON values behind one another, and the elements of lists.
        case json
        case delimited([UInt8])
    }

    /// A pipeline that transforms records, as a function's name means it.
    struct Function: Hashable, Sendable {
        var name: String
        var arn: String
    }

    var splitting: Splitting?
    var function: Function?
    /// Where partition keys are in a record.
    var query: MetadataQuery?
    /// Behind each record.
    var delimiter: [UInt8]?
}

/// How JSON becomes Parquet.
struct Conversion: Hashable, Sendable {
    var database: String
    var table: String
    /// Nil for the newest.
    var version: Int?
    /// As a failure names it.
    var catalogID: String?
    var region: String?
    /// Names of members are compared in lower case.
    var ignoresCase = true
    var dotsBecomeUnderscores = false
    /// Names of columns by those of members.
    var mappings: [String: String] = [:]
    /// Of pages: `snappy`, `gzip`, `none`.
    var codec = "snappy"
    var pageVersion = 1
    var usesDictionaries = false
}
