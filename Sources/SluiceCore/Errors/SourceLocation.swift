/// A place that a person can go to: a line of a file, a record of a shard, or a stored object.
public enum SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// Lines and columns count from 1; a column counts Unicode scalars.
    case file(path: String, line: Int? = nil, column: Int? = nil)
    /// The sequence number is decimal, of any length; behind it, a dot and the place of one of several records that were stored as one.
    case shard(stream: String, shard: String, sequence: String)

    /// `path:line:column` or `stream/shard@sequence`.
    public var description: String {
        switch self {
        case .file(let path, let line, let column):
            return path + (line.map { ":\($0)" } ?? "") + (line != nil ? column.map { ":\($0)" } ?? "" : "")
        case .shard(let stream, let shard, let sequence):
            return "\(stream)/\(shard)@\(sequence)"
        }
    }
}

/// Why one row could not be processed; the value form of an error, for a bad record among good ones.
public struct RowError: Error, Hashable, Sendable {
    public var code: SluiceError.Code
    /// Lower case, no full stop, quotes the value.
    public var message: String
    /// The column that held the value, if the failure belongs to one.
    public var column: String?
    /// The value as it is stored, where the row cannot hold it.
    public var stored: String?
    /// What to do, where that is known better than from the code.
    public var remedy: String?
    /// What becomes of the row, whatever the run does with others; nil: the same.
    public var handling: Handling?

    /// What a step wants done with a row that failed.
    public enum Handling: Hashable, Sendable {
        /// It ends the run.
        case fail
        /// It is kept as a dead letter.
        case keep
        /// It is counted and left out.
        case drop
    }

    public init(_ code: SluiceError.Code, _ message: String, column: String? = nil, stored: String? = nil, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.column = column
        self.stored = stored
        self.remedy = remedy
    }
}
