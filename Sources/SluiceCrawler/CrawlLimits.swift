/// Bounds of a crawl.
package enum CrawlLimits {
    /// Files below all targets of a crawler.
    package static let files = 2_000_000
    /// Folders below one another that are entered.
    package static let folderDepth = 128
    /// Stored bytes up to which all records are read unless a crawl is told otherwise.
    package static let verifiedBytes: Int64 = 100_000_000_000
    /// Stored bytes of a file's start that are looked at first.
    static let glanceBytes = 16 << 10
    /// Plain bytes of a file's start that a classifier looks at.
    static let probedBytes = 64 << 10
    /// Records of a file's start that a classifier reads.
    static let probedRecords = 500
    /// Percent of the records that have to be of a format for it to be the file's.
    static let fittingPercent: Int64 = 70
    /// Percent of columns that two schemas must have in common for one table (AWS Glue: "How does a crawler determine when to create
    /// partitions?").
    static let similarPercent = 70
    /// Percent of a folder's files that must be alike for the others to be odd ones.
    static let alikePercent = 70
    /// Percent of a folder's files that may be odd ones.
    static let oddPercent = 10
    /// Bytes of an object that are kept in memory while it is read; more go into a temporary file.
    static let spooledBytes = 4 << 20
    /// Bytes of evidence of single files that one crawl keeps; files beyond are read again where their table changes.
    static let evidenceBytes = 256 << 20
    /// Files of each folder that a sample takes at most (AWS Glue: SampleSize).
    package static let sampledFiles = 249
    /// Rows of a system's table that a sample takes.
    static let sampledRows: Int64 = 10_000
    /// Records of a stream that are looked at to tell what they are.
    static let streamProbeRecords = 500
    /// Paths that one crawl of events is told.
    package static let events = 100_000
    /// Different first lines that are remembered.
    static let knownHeaders = 4_096
    /// Characters of a table's name (AWS Glue: 128).
    static let nameCharacters = 128
    /// Files that a report names of each kind of trouble.
    package static let listed = 100
}
