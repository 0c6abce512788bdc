import SluiceCatalog
import SluiceCore
import SluiceServer

/// A table as clients are told it, and what of it they say again: whoever changes a comment puts back all that he was told.
///
/// The catalog has more than it tells: options of formats, types such as choices, descriptors that follow from the format. What a client says again
/// of these is what the catalog has.
extension TableDefinition {
    /// The descriptor that answers have.
    var toldStorage: StorageDescriptor { storage.isEmpty && !isView ? hiveStorage : storage }

    /// The parameters that answers have.
    ///
    /// Tables that no client described are described as a crawler of the service would.
    var toldParameters: [String: String] {
        var told = Hints.visible(parameters)
        guard storage.isEmpty, !isView, format != TableFormats.unknown else { return told }
        let derived = [
            Self.classification: format, TableFormats.headerLines: headerLines,
            TableFormats.jsonPath: format == "json" ? formatOptions["records"] : nil,
        ]
        for (name, value) in derived where told[name] == nil {
            told[name] = value
        }
        return told
    }

    private static let classification = "classification"

    /// How many lines of a file of CSV come before the rows; nil: none, or another format.
    private var headerLines: String? {
        guard format == "csv" else { return nil }
        let skipped = formatOptions["skip_lines"].flatMap(Int.init) ?? 0
        let hasHeader = (formatOptions["header"] ?? "true") == "true"
        let count = skipped + (hasHeader ? formatOptions["header_rows"].flatMap(Int.init) ?? 1 : 0)
        return count > 0 ? String(count) : nil
    }

    /// Takes for what it was whatever is said of the table as `current` is told.
    mutating func keepUntold(of current: TableDefinition) {
        columns = columns.keepingTypes(of: current.columns, in: current.format)
        partitionKeys = partitionKeys.keepingTypes(of: current.partitionKeys, in: current.format)
        if let old = current.view, let new = view, new.sql == old.sql, new.original == old.original ?? old.sql { view = old }
        let told = TableFormats.format(current.toldStorage, current.toldParameters, columns: current.columns)
        let said = TableFormats.format(storage, parameters, columns: current.columns)
        if storage.told == current.toldStorage.told {
            storage = current.storage
            for name in [Self.classification, TableFormats.headerLines, TableFormats.jsonPath]
            where storage.isEmpty && current.parameters[name] == nil {
                if parameters[name] == current.toldParameters[name] { parameters[name] = nil }
            }
        }
        guard !isView, !current.isView else { return }
        // What clients described is read as it is described, with the columns that it has now.
        let isDescribed = current.format == told.name && current.formatOptions == told.options
        guard told == said, !isDescribed else { return }
        format = current.format
        formatOptions = current.formatOptions
        // A header that was given names the columns by their places.
        if let header = formatOptions["header"], WireValue(json: header)?.texts == current.columns.map(\.name) {
            formatOptions["header"] = WireValue.texts(columns.map(\.name)).json
        }
    }
}

extension [CatalogColumn] {
    /// As clients are told them: files of Parquet have structs in place of choices, whose members programs find in them.
    func told(in format: String) -> [CatalogColumn] {
        guard format == "parquet" else { return self }
        return map { column in
            var told = column
            told.type = column.type.withoutChoices
            return told
        }
    }

    /// Columns that are said to be of the types that those of their names are told with are of the types that these have.
    func keepingTypes(of current: [CatalogColumn], in format: String) -> [CatalogColumn] {
        let known = Dictionary(
            zip(current.told(in: format), current).map { ($0.name, (told: $0, own: $1)) }, uniquingKeysWith: { first, _ in first })
        return map { column in
            guard let before = known[column.name], ColumnTypes.text(before.told) == ColumnTypes.text(column) else { return column }
            var kept = column
            kept.type = before.own.type
            kept.parameters[Hints.type] = before.own.parameters[Hints.type]
            return kept
        }
    }
}

extension StorageDescriptor {
    /// As answers have it: what is nil is told as it is without a value.
    var told: StorageDescriptor {
        var told = self
        told.isCompressed = isCompressed ?? false
        told.bucketCount = bucketCount ?? 0
        told.isStoredAsSubDirectories = isStoredAsSubDirectories ?? false
        if inputFormat?.isEmpty == true { told.inputFormat = nil }
        if outputFormat?.isEmpty == true { told.outputFormat = nil }
        if serDe?.name?.isEmpty == true { told.serDe?.name = nil }
        if serDe?.library?.isEmpty == true { told.serDe?.library = nil }
        return told
    }
}
