import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluicePipelines
import SluiceStreams

/// Reads tables of the catalog for runs that clients begin.
///
/// Whoever describes a table says where it lies, and that may not lead a run elsewhere: a table that is read lies in a bucket of the port, in the
/// folder in which the server was started, or where pipelines put tables that have no place of their own; and so do its partitions.
struct TableReading: Sendable {
    private let home: GlueHome

    init(_ home: GlueHome) { self.home = home }

    func isThere(_ name: TableName) throws(SluiceError) -> Bool { try home.catalog.findTable(name) != nil }

    /// The table, if runs may read it.
    ///
    /// - Throws: `invalidArgument` for a view, and for a table that lies elsewhere; `notFound`.
    @discardableResult
    func check(_ name: TableName) throws(SluiceError) -> TableDefinition {
        let definition = try home.catalog.table(name).definition
        guard !definition.isView else { throw SluiceError(.invalidArgument, "\(name) is a view, and has no rows of its own") }
        try check(definition.location, "table \(name)")
        for partition in try home.catalog.listedPartitions(of: name) where !partition.location.isEmpty {
            try check(partition.location, "the partition \(partition.values.joined(separator: "/").quotedForMessage) of table \(name)")
        }
        return definition
    }

    private func check(_ place: String, _ what: String) throws(SluiceError) {
        let location = place.hasPrefix("/") ? place : "\(home.places.project)/\(place)"
        let isOwn = location.hasPrefix(home.directory + "/tables/") && !location.split(separator: "/").contains("..")
        guard isOwn || home.places.allows(location) else {
            throw SluiceError(
                .invalidArgument, "\(what) lies at \(location.quotedForMessage), outside of the port's buckets and of the project")
        }
    }

    /// What opening tables may use, for runs of `purpose`.
    ///
    /// - Throws: `notOffered` in a server without connectors.
    func context(_ purpose: String) throws(SluiceError) -> PlanContext {
        guard var connection = home.surroundings.context else {
            throw SluiceError(.notOffered, "this server reads no tables")
        }
        connection.pipeline = purpose
        connection.catalog = home.catalog
        return PlanContext(connectors: home.surroundings.connectors, connection: connection)
    }
}
