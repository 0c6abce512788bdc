import SluicePipelines

/// What an incremental pipeline does with a file that was changed after it was read.
enum ChangedFiles: String, CaseIterable, Sendable {
    /// A notice names it.
    case leave
    /// It is read again, as a whole.
    case read

    static let specification = OptionSpecification(
        "changed_files", .enumeration(allCases.map(\.rawValue)), default: leave.rawValue,
        "A file that was changed after an incremental pipeline read it: leave tells of it, read reads it again as a whole, with the rows that it "
            + "had before.")
}
