import SluiceCore

/// Gathers the ranges of records while a buffer is scanned.
struct RecordCollector {
    private(set) var starts: [Int32] = []
    private(set) var ends: [Int32] = []
    private(set) var rejects: [Reject] = []
    /// Of each record, once they are not one after another.
    private var listedLines: [Int64]?
    private var firstLine: Int64 = 1

    var count: Int { starts.count }
    var isEmpty: Bool { starts.isEmpty && rejects.isEmpty }

    @inline(__always)
    mutating func add(_ start: Int, _ end: Int, line: Int64) {
        if starts.isEmpty {
            firstLine = line
            starts.reserveCapacity(CoreLimits.batchRows)
            ends.reserveCapacity(CoreLimits.batchRows)
        }
        if listedLines != nil {
            listedLines?.append(line)
        } else if line != firstLine + Int64(starts.count) {
            listedLines = (0..<starts.count).map { firstLine + Int64($0) } + [line]
        }
        starts.append(Int32(truncatingIfNeeded: start))
        ends.append(Int32(truncatingIfNeeded: end))
    }

    mutating func reject(_ error: RowError, at location: SourceLocation, raw: some Sequence<UInt8>) {
        rejects.append(Reject(error, at: location, raw: Array(raw)))
    }

    func framed(_ bytes: [UInt8], path: String) -> FramedRecords {
        let lines = listedLines.map(Origin.Positions.listed) ?? .dense(first: firstLine, count: count)
        return FramedRecords(RawRecords(bytes: bytes, starts: starts, ends: ends), lines: lines, rejects: rejects, path: path)
    }
}
