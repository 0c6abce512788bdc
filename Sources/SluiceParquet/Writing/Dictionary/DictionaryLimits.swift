/// Bounds of the dictionaries that a writer builds.
enum DictionaryLimits {
    /// Entries of one dictionary: codes are kept in 16 bits, and the last code means "none". A row group's column with more different
    /// values is written without a dictionary.
    static let entries = 65_535
    static let noCode = UInt16.max
    /// Different integers that a table indexed by the value itself may span: 128 KiB, which stay in a core's second-level cache.
    static let directSpan = 1 << 16
    /// Slots of a new hash table; it doubles when half of them are taken.
    static let firstSlots = 2_048
    /// Steps from a value's first slot to its place. Tables half full need some tens; more means keys made to collide, and such a
    /// column is written without a dictionary, so that time stays linear in the input.
    static let probes = 256
    /// Values that one pass takes from a column at a time, so that they stay in the first-level cache between the steps on them.
    static let blockValues = 4_096
}
