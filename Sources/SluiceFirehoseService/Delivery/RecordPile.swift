/// Records behind one another, with the time of their arrival.
///
/// - Invariant: `ends` and `arrivals` have one element a record; a record begins where the one before it ends.
struct RecordPile: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    /// Since 1970.
    private(set) var arrivals: [Int64] = []
    /// The earliest arrival; `.max` for none.
    private(set) var oldestMicros = Int64.max

    var count: Int { ends.count }
    var isEmpty: Bool { ends.isEmpty }

    func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }
    subscript(row: Int) -> ArraySlice<UInt8> { bytes[range(row)] }

    mutating func append(_ record: some Sequence<UInt8>, micros: Int64) {
        bytes.append(contentsOf: record)
        ends.append(bytes.count)
        arrivals.append(micros)
        oldestMicros = min(oldestMicros, micros)
    }

    /// All records, each with a delimiter behind it.
    func joined(_ delimiter: [UInt8]?) -> [UInt8] {
        guard let delimiter, !delimiter.isEmpty else { return bytes }
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.count + count * delimiter.count)
        for row in 0..<count {
            joined.append(contentsOf: self[row])
            joined.append(contentsOf: delimiter)
        }
        return joined
    }
}
