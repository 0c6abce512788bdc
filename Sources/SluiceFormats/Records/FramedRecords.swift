package import SluiceCore

/// Some thousand whole records of one file, and what could not be framed between them.
package struct FramedRecords: Sendable {
    package var records: RawRecords
    /// Line numbers from 1: the first line of each record.
    package var lines: Origin.Positions
    /// For example a record over the size limit; in file order.
    package var rejects: [Reject]
    package var path: String

    package init(_ records: RawRecords, lines: Origin.Positions, rejects: [Reject], path: String) {
        self.records = records
        self.lines = lines
        self.rejects = rejects
        self.path = path
    }

    package var count: Int { records.count }

    /// A range of the records, without what could not be framed.
    func slice(_ rows: Range<Int>) -> FramedRecords {
        FramedRecords(records.slice(rows), lines: lines.slice(rows), rejects: [], path: path)
    }

    /// Where the records came from, with their bytes.
    package var origin: Origin { Origin(.file(path: path), lines, raw: records) }
}

/// Cuts a file's bytes into whole records.
package protocol RecordFramer: Sendable {
    /// Known once the framer exists.
    var layout: FileLayout { get }

    /// The next records, about `CoreLimits.batchBytes` or `CoreLimits.batchRows` of them, never none at all; nil at the end.
    ///
    /// - Throws: what the source throws, after the whole records before the failure were returned.
    mutating func next() throws(SluiceError) -> FramedRecords?

    /// As `next`, in whatever shape the format's decoder reads fastest; a reader uses one of the two methods from start to end.
    mutating func nextBlock() throws(SluiceError) -> (any RecordBlock)?
}
