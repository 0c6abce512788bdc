/// Bounds of operators that gather rows.
enum OperatorLimits {
    /// State that a part may hold whatever the budget says, so that it always gets on.
    static let leastBytes = 64 << 10
    /// State that a part holds at most: offsets of texts are 32 bits wide.
    static let mostBytes = 1 << 30
    /// Parts into which keys are spread by one look at their hash, and the bits that takes.
    static let partitionBits = 5
    static let partitions = 1 << partitionBits
    /// Rows of a join's table, or of a part of it, that are in memory at once.
    static let tableRows = 1 << 30
    /// Bytes of a join's input that a worker holds before they go to disk, where the table did.
    static let heldInputBytes = 16 << 20
    /// Looks at a hash until it is used up.
    static let levels = 64 / partitionBits
    /// Groups up to which parts are put together in one piece, in the order of their first rows.
    static let orderedGroups = 1 << 16
    /// Bytes of rows that are sorted at once.
    static let runBytes = 32 << 20
    /// Rows of a chunk of a sorted run: so many of each run are in memory while runs are merged.
    static let runChunkRows = 4096
    /// Rows of a part of the order that one task merges.
    static let mergedRangeRows = 32_768
    /// Runs that are merged at once.
    static let mergedRuns = 64
    /// Rows that are gathered before the first of them are chosen.
    static let leastTopRows = 1 << 13
}
