import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// The files of a table as the catalog has them whenever it is asked: other runs add to the table, overwrite it, and merge into it meanwhile.
final class TableListing: Sendable {
    /// As it was when reading was planned.
    private let planned: TableDefinition
    private let catalog: Catalog
    /// All that were listed, by path.
    private let known = Mutex<[ExactText: InputFile]>([:])

    init(_ definition: TableDefinition, in catalog: Catalog) {
        planned = definition
        self.catalog = catalog
    }

    /// The files that the table has now, by partition and path.
    ///
    /// - Throws: `notFound`; `tableChanged` where they cannot be read as it was planned.
    func files() async throws(SluiceError) -> [InputFile] {
        let definition = try catalog.table(planned.name).definition
        guard definition.reads(planned) else {
            throw SluiceError(
                .tableChanged, "table \(planned.name) has another format or other columns now than when the run was planned",
                remedy: "start the run again")
        }
        let files = try await TableFiles.files(of: definition, in: catalog)
        known.withLock { known in for file in files { known[ExactText(file.path)] = file } }
        return files
    }

    /// The files in the order of the runs that wrote them, which their names tell.
    ///
    /// - Throws: also `newFields` where the table has columns that were not planned: what is read without them is read for good.
    func filesByAge() async throws(SluiceError) -> [InputFile] {
        let files = try await files()
        // Behind the listing, since a column and files with it may have come between a look before it and it.
        try NewColumns.check(
            try catalog.table(planned.name).definition.columns.map(\.name), planned: planned.columns.map(\.name),
            of: "table \(planned.name)")
        return files.map { (name: $0.path.split(separator: "/").last ?? "", file: $0) }.sorted { $0.name < $1.name }.map(\.file)
    }

    /// A file that was listed.
    func file(_ path: String) -> InputFile? { known.withLock { $0[ExactText(path)] } }

    /// Whether the catalog has a file.
    func lists(_ file: InputFile) throws(SluiceError) -> Bool {
        try catalog.files(of: planned.name).contains { $0.path == file.location }
    }

    /// The error of who comes too late to a file.
    func replaced(_ error: SluiceError) -> SluiceError {
        SluiceError(
            .tableChanged, "table \(planned.name) was replaced by another run before all of its files were open", at: error.location,
            remedy: "run it again", isRetriable: true, underlying: error)
    }

    /// Refuses a table into which rows are merged: each such run writes all of its rows anew.
    ///
    /// - Throws: `notIncremental`.
    func refuseMerged() throws(SluiceError) {
        // Where no run is known any more, a replaced file is noticed when it is read.
        guard let last = try catalog.files(of: planned.name).compactMap({ $0.run?.text }).max(),
            let run = try? catalog.run(matching: last), run.report.isMerging
        else { return }
        throw SluiceError(
            .notIncremental,
            "pipeline \(run.pipeline.quotedForMessage) merges rows into table \(planned.name), and writes all of it anew each time",
            remedy: "read it without `incremental`, or read what that pipeline reads")
    }

    /// Refuses a table whose files were replaced: which rows of the new ones were read before, nobody can tell.
    ///
    /// - Parameters:
    ///   - positions: Files that were read, by path.
    ///   - files: Those that the table has.
    /// - Throws: `notIncremental`.
    func refuseReplaced(_ positions: SourcePositions, _ files: [InputFile]) throws(SluiceError) {
        let there = Set(files.map { ExactText($0.path) })
        // Bookmarks of other sources of the pipeline, and of those that it had before, are none of the table's.
        let gone = positions.keys.count { path in
            let name = path.text.split(separator: "/").last.map(String.init) ?? ""
            return !there.contains(path) && !path.text.hasPrefix("with ") && PartName.isPart(name)
        }
        guard gone > 0 else { return }
        throw SluiceError(
            .notIncremental,
            "table \(planned.name) was overwritten or merged since it was read: \(gone) of the files that were read are gone, and rows of the "
                + "new ones may be the same",
            remedy: "write the table with `mode: append`, or read it without `incremental`; --reset reads all of it again")
    }
}

extension RunReport {
    /// Whether the run merged rows into its only table; steps of a definition have their number in front of their key.
    fileprivate var isMerging: Bool { routes?.isEmpty != false && steps.contains { $0.name == "merge" } }
}

extension TableDefinition {
    /// Whether files of this table can be read as those of an earlier state of it.
    fileprivate func reads(_ earlier: TableDefinition) -> Bool {
        let types = Dictionary((columns + partitionKeys).map { ($0.name, $0.type) }) { first, _ in first }
        return format == earlier.format && formatOptions == earlier.formatOptions
            && partitionKeys.map(\.name) == earlier.partitionKeys.map(\.name)
            && (earlier.columns + earlier.partitionKeys).allSatisfy { types[$0.name] == $0.type }
    }
}
