import SluiceCatalog
import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines

/// Writes the files of a table, and registers them in the transaction of the commit.
struct TableSink: Sink {
    let name: TableName
    var output: DirectoryOutput
    var mode: TableMode
    let description: String?
    /// The table as it was when the pipeline was planned.
    let existing: TableDefinition?
    let catalog: Catalog
    /// For the modes that need it.
    let merging: Merging?
    let contract: SinkContract?
    /// What a unit of a backfill does; nil otherwise.
    var backfill: BackfillOutput?

    /// How rows are merged, and with what.
    struct Merging {
        var options: MergeOptions
        var target: MergeTarget
    }

    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var replacesEarlierOutput: Bool { mode == .overwrite }
    var takesWritersOfSeveralProcesses: Bool { merging == nil && output.objects == nil }
    var summary: String {
        let merged = merging.map { "merged \($0.options.summary)" }
        let effect = merged ?? (existing == nil ? "new" : mode == .overwrite ? "replacing its rows" : "added to its rows")
        return "table \(name) (\(effect)) in \(output.summary)"
    }

    func contract(for schema: Schema) -> SinkContract? { contract }

    var merge: SinkMerge? { merging.map { SinkMerge($0.options, target: $0.target) } }

    func check(_ schema: Schema) throws {
        try output.check(schema)
        _ = try definition(schema)
    }

    func check(reading source: any Source) throws { try output.check(reading: source) }

    func stagingPaths(run: String) -> [String] { [output.stagingDirectory(run: run)] }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        try output.stage(run: run)
        return try PartitionedWriter(output, schema: schema, run: run, number: writer)
    }

    var writesInOrder: Bool { output.partitionBy.isEmpty && !output.aggregation.isCut }

    var keepsOrder: Bool { output.aggregation.needsOneWriter }

    /// Files without partitions are one file, with the rows in their order.
    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? {
        guard writesInOrder else { return nil }
        try output.stage(run: run)
        return try SequentialWriter(output, schema: schema, run: run)
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        let filled = staged.filter { $0.rowCount > 0 }
        let files = filled.map {
            TableFile(path: $0.finalPath, partition: $0.partition, rowCount: $0.rowCount, byteCount: $0.byteCount)
        }
        var table = OutputCommit.Table(
            try definition(schema), mode: mode == .append ? .append : .overwrite, files: files, basis: merging?.target.basis)
        table.replaced = backfill?.span
        table.dropped = backfill?.earlierOutputs ?? []
        var commit = try output.placing(filled, removing: try replacedObjects(), run: run)
        commit.tables = [table]
        commit.backfillUnit = try backfill?.checked(filled, columns: output.partitionBy)
        return commit
    }

    /// Objects of the table that this run's take the place of. Files on the disk are the catalog's to remove.
    private func replacedObjects() throws(SluiceError) -> [String] {
        guard output.objects != nil, existing != nil else { return [] }
        let files = try catalog.files(of: name).filter { $0.run != nil && $0.path.hasPrefix(output.directory + "/") }
        let dropped = Set(backfill?.earlierOutputs ?? [])
        return files.filter { file in
            mode != .append || dropped.contains(file.path) || backfill?.span?.contains(file.partition) == true
        }
        .map(\.path)
    }

    func discard(run: String) async { await output.discard(run: run) }

    /// What the table is after a run with rows of `schema`.
    ///
    /// - Throws: `invalidOption` or `typeError` when rows are added that the table's other files would not fit.
    func definition(_ schema: Schema) throws(SluiceError) -> TableDefinition {
        let splitter = try PartitionSplitter(schema, partitionBy: output.partitionBy)
        var keys: [CatalogColumn] = []
        for key in output.partitionBy { keys.append(CatalogColumn(schema.fields[try schema.require(key)])) }
        var parameters = existing?.parameters ?? [:]
        parameters = parameters.filter { !$0.key.hasPrefix("s3.") }
        if let objects = output.objects { parameters.merge(ObjectOptions.parameters(of: objects.site)) { $1 } }
        parameters["compression"] = output.codec == .none ? nil : output.codec.rawValue
        var definition = TableDefinition(
            name: name, columns: splitter.fileSchema.fields.map { CatalogColumn($0) }, partitionKeys: keys,
            comment: description ?? existing?.comment ?? "", location: output.directory, format: output.format.name,
            formatOptions: StoredOptions.texts(output.formatOptions), parameters: parameters)
        definition.keepComments(of: existing)
        if mode == .append, let existing { try definition.extend(existing) }
        return definition
    }
}

extension TableDefinition {
    /// Descriptions of columns outlive a run that writes them anew.
    fileprivate mutating func keepComments(of other: TableDefinition?) {
        guard let other else { return }
        let comments = Dictionary(
            (other.columns + other.partitionKeys).map { ($0.name, $0.comment) }, uniquingKeysWith: { first, _ in first })
        for index in columns.indices { columns[index].comment = comments[columns[index].name] ?? "" }
        for index in partitionKeys.indices { partitionKeys[index].comment = comments[partitionKeys[index].name] ?? "" }
    }

    /// The format and its options, for messages: `csv (delimiter: ;)`.
    private var formatText: String {
        let options = formatOptions.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        return options.isEmpty ? format : "\(format) (\(options))"
    }

    /// Adds the columns of the table that this run's rows lack, which are null in them.
    ///
    /// - Throws: when files of both cannot be read with one description.
    fileprivate mutating func extend(_ existing: TableDefinition) throws(SluiceError) {
        switch misfit(in: existing) {
        case nil: takeColumns(of: existing)
        case .format:
            throw mismatch("its files are \(existing.formatText), the new ones would be \(formatText)", "write the same format and options")
        case .partitionKeys:
            let keys = existing.partitionKeys.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
            throw mismatch(keys.isEmpty ? "it is not partitioned" : "it is partitioned by \(keys)", "set partition_by as the table has it")
        case .location: throw mismatch("its files are in \(existing.location)", "leave location out")
        case .type(let column, let rows):
            throw SluiceError(
                .typeError, "column \"\(column.name)\" of table \(name) is \(column.type), the new rows have \(rows)",
                remedy: "cast it to \(column.type), or set mode: overwrite")
        case .order:
            throw mismatch(
                "its files have no header, and its columns are in the order \(existing.columns.map(\.name).joined(separator: ", "))",
                "select these columns in this order and no others, or write a header")
        }
    }

    private func mismatch(_ fact: String, _ remedy: String) -> SluiceError {
        SluiceError(.invalidOption, "rows cannot be added to table \(name): \(fact)", remedy: "\(remedy), or set mode: overwrite")
    }
}
