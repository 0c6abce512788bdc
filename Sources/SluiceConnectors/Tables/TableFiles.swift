import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceS3
import SluiceStorage

/// Reads a table's files by what the catalog says of them.
enum TableFiles {
    /// - Parameter adding: Columns that are null where the table does not have them.
    /// - Throws: `notFound` with near names; what opening the files throws.
    static func source(
        _ name: TableName, in catalog: Catalog, _ contract: SourceContract? = nil, adding: [Field] = []
    ) async throws(SluiceError) -> FileSource {
        let stored = try catalog.table(name).definition
        var definition = stored
        let known = Set((stored.columns + stored.partitionKeys).map(\.name))
        definition.columns += adding.filter { !known.contains($0.name) }.map { CatalogColumn($0) }
        guard !definition.isView else {
            throw SluiceError(
                .invalidOption, "\"\(name)\" is a view, and a pipeline reads tables", remedy: "read the tables that its query names")
        }
        let format = try FormatRegistry.format(named: definition.format, options: try options(of: definition))
        let files = try await files(of: definition, in: catalog)
        let keys = Set(definition.partitionKeys.map(\.name))
        var source = FileSource(files, format, codec: nil, schema: try definition.schema(), partitionColumns: keys, notices: [])
        if let contract { source = try source.holding(to: contract, format, keys) }
        source.table = TableListing(stored, in: catalog)
        return source
    }

    /// How the files are read. Without a header the columns are those of the table, by their places, unless they are called as files without one
    /// call them.
    private static func options(of definition: TableDefinition) throws(SluiceError) -> [String: OptionValue] {
        var options = try StoredOptions.values(definition.formatOptions, format: definition.format)
        guard definition.format == CSVFormat.name, options["header"] == .boolean(false) else { return options }
        if definition.columns.enumerated().allSatisfy({ $1.name == "column\($0 + 1)" }) { return options }
        options["header"] = .texts(definition.columns.map(\.name))
        if options["ragged"] == nil { options["ragged"] = .text("pad") }
        return options
    }

    /// Those that the catalog lists, and those at the places of partitions that it has no files of; where it knows of neither, what lies at the
    /// table's location.
    static func files(of definition: TableDefinition, in catalog: Catalog) async throws(SluiceError) -> [InputFile] {
        let recorded = try catalog.files(of: definition.name)
        let partitions = definition.partitionKeys.isEmpty ? [] : try catalog.listedPartitions(of: definition.name)
        if recorded.isEmpty, partitions.isEmpty {
            guard S3Location.isOne(definition.location) || DiskFiles.kind(of: definition.location) != nil else { return [] }
            do throws(SluiceError) {
                return try await FileListing.files([definition.location], in: "", ObjectOptions.site(of: definition.parameters))
            } catch {
                if error.code == .fileNotFound { return [] }
                throw error
            }
        }
        let site = ObjectOptions.site(of: definition.parameters)
        let known = recorded.map { file in
            InputFile(
                path: relative(file.path, to: definition.location), location: file.path, byteCount: file.byteCount,
                partition: partition(of: file, definition), site: site)
        }
        if partitions.isEmpty { return known }
        let paths = Set(known.map { ExactText($0.location) })
        let listed = try await PartitionPlaces(partitions, of: definition).files().filter { !paths.contains(ExactText($0.location)) }
        return known + listed
    }

    /// The catalog's texts; where the path's directories say the same they say more: they tell null from the text that stands for it.
    private static func partition(of file: TableFile, _ definition: TableDefinition) -> [PartitionValue] {
        let named = HivePath.values(in: file.path)
        return definition.partitionKeys.enumerated().map { index, key in
            let text = index < file.partition.count ? file.partition[index] : HivePath.nullText
            if let value = named.last(where: { $0.key == key.name }), value.text ?? HivePath.nullText == text { return value }
            return PartitionValue(key: key.name, text: text == HivePath.nullText ? nil : text)
        }
    }

    private static func relative(_ path: String, to directory: String) -> String {
        path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : path
    }
}
