/// Rows in, of a system that only you know: implement it, and hand it to `Jobs(connectors:)` as a `RowConnector`.
///
/// Rows are `Codable` structs: property names are column names, optionals are nullable columns (see `RowSchema`). What `parts` and `page` throw
/// ends the run; pages that were committed stay.
public protocol RowReader: Sendable {
    associatedtype Row: Codable & Sendable & SendableMetatype

    /// What can be read side by side: tables, accounts, days. Names stay the same from run to run.
    func parts() async throws -> [String]

    /// The rows of a part behind a place.
    ///
    /// - Parameter place: What the page before said; nil at the beginning. With `incremental: true` it is kept with the rows: the next run, or the
    ///   one after a crash, goes on there.
    func page(of part: String, after place: String?) async throws -> RowPage<Row>
}

extension RowReader {
    /// One part, for a system that has no more.
    public func parts() async throws -> [String] { ["all"] }
}

/// Some rows, and how to go on.
public struct RowPage<Row: Sendable>: Sendable {
    public var rows: [Row]
    /// Where the next page begins; nil where nothing tells it, so that the system is read whole each time.
    public var place: String?
    /// Whether there is nothing behind it for now.
    public var isLast: Bool

    public init(_ rows: [Row], place: String? = nil, isLast: Bool) {
        self.rows = rows
        self.place = place
        self.isLast = isLast
    }
}

/// Rows out, to a system that only you know. A run that is cut off and started again gives some rows again: at least once.
public protocol RowWriter: Sendable {
    associatedtype Row: Codable & Sendable & SendableMetatype

    /// Takes rows in their order. They are stored on return.
    func write(_ rows: [Row]) async throws
}
