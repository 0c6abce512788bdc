import SluiceCore
import SluicePipelines

/// How the rows of a commit are put together into files.
struct FileAggregation: Hashable, Sendable {
    /// A file is ended when it has about so many bytes, as stored; nil: whatever their number.
    var bytes: Int64?
    /// A file is ended when it has so many rows.
    var rows: Int?
    /// The rows of a partition are in one file.
    var isSingle = false

    /// Whether one writer takes all rows, so that files are as large as they may be.
    var needsOneWriter: Bool { bytes != nil || rows != nil || isSingle }
    /// Whether a file may be followed by another.
    var isCut: Bool { bytes != nil || rows != nil }

    static let specifications = [
        OptionSpecification(
            "file_mb", .integer(1...1_048_576),
            "A file is ended when it has about so many MiB, and another begins; one task writes all of them.",
            examples: ["128"]),
        OptionSpecification(
            "file_rows", .integer(1 ... .max), "A file is ended when it has so many rows, and another begins; one task writes all of them.",
            examples: ["1000000"]),
        OptionSpecification(
            "single_file", .boolean, default: "false",
            "With partition_by: the rows of each partition are in one file for each commit, as long as no more than \(openFiles) partitions are written at"
                + " a time. Rows without partitions are in one file anyway."),
    ]

    /// Files that are kept open for it.
    static let openFiles = 512
    /// Which part of the bytes a file must have to be ended: what is encoded last is small.
    static let filledShare = 0.9

    init() {}

    /// - Throws: `invalidOption` for what contradicts itself.
    init(_ options: OptionValues) throws(SluiceError) {
        bytes = try options.integer("file_mb").map { Int64($0) << 20 }
        rows = try options.integer("file_rows")
        isSingle = try options.boolean("single_file") ?? false
        guard isSingle, isCut else { return }
        throw options.invalid(
            "single_file", "rows in one file are not cut by file_mb or file_rows", remedy: "leave single_file out, or the others")
    }
}
