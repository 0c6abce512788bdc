import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluiceStorage

/// What a file source is asked for.
struct FileReadOptions: Sendable {
    var format: any Format
    /// Nil: each file's content shows it.
    var codec: Codec?
    var declared: [DeclaredColumn] = []
    var onNewColumn = NewColumns.add
    /// Whether a declared column may be in no file.
    var mayLackDeclared = false
    var inference = InferenceOptions()

    /// A file, opened.
    ///
    /// - Throws: `fileNotFound`, `unreadable`, `ioFailure`.
    func input(_ file: InputFile, isAhead: Bool = false) throws(SluiceError) -> FileInput {
        FileInput(try file.access(isAhead: isAhead), path: file.shown, codec: codec)
    }
}

/// Looks at the files of a source before anything is read: at every header, and at a sample of the records where a type must be inferred.
struct FileInspection {
    private let files: [InputFile]
    private let options: FileReadOptions
    /// Different layouts, in the order of the files.
    private var layouts: [FileLayout] = []
    /// The layout of each file.
    private var layoutOfFile: [Int32] = []
    /// Types of columns, from files that state them.
    private var stated = StatedTypes()
    private var warnings: [String] = []
    private var emptyFiles: [String] = []

    init(_ files: [InputFile], _ options: FileReadOptions) throws(SluiceError) {
        self.files = files
        self.options = options
        try readHeaders()
    }

    private mutating func readHeaders() throws(SluiceError) {
        var indexes: [FileLayout: Int32] = [:]
        var inputs = InputsAhead(files, options)
        for file in files {
            guard let input = try inputs.next() else { break }
            let description = try options.format.describe(input)
            if let notice = try input.notice { warnings.append(notice) }
            var layout = description.layout
            if let schema = description.schema { try stated.add(schema, of: file) }
            warnings += layout.warnings
            layout.warnings = []
            var index = indexes[layout]
            if index == nil {
                index = Int32(layouts.count)
                indexes[layout] = index
                layouts.append(layout)
            }
            layoutOfFile.append(index ?? 0)
        }
        for index in files.indices where isEmpty(index) { emptyFiles.append(files[index].path) }
    }

    /// Whether each file says which columns it has.
    private var namesColumns: Bool { layouts.contains { !$0.columns.isEmpty } }

    private func isEmpty(_ file: Int) -> Bool {
        files[file].byteCount == 0 || (namesColumns && layouts[Int(layoutOfFile[file])].columns.isEmpty)
    }

    struct Result {
        var schema: Schema
        var partitionColumns: Set<String>
        var notices: [String]
        var examined: ExaminedFiles
    }

    /// The schema over all files, with the columns that come from paths.
    func resolve() throws(SluiceError) -> Result {
        let filled = files.indices.filter { !isEmpty($0) }
        var found = namesColumns ? headerColumns(filled) : []
        let (inference, named) = try infer(found, filled)
        if !namesColumns { found = named }
        let union = ColumnUnion(
            declared: options.declared, onNewColumn: options.onNewColumn, found: found, isComplete: namesColumns,
            partitionKeys: partitionKeys(filled), fileCount: filled.count, mayLackDeclared: options.mayLackDeclared)
        let columns = try union.resolve()
        let inferred = inference?.schema
        let types = Dictionary(options.declared.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        var fields = columns.dataNames.map { Field($0, types[$0] ?? stated[$0] ?? inferred?[$0]?.type ?? .string) }
        fields += columns.partitionNames.map { Field($0, types[$0] ?? .string) }
        let columnCount = fields.reduce(0) { $0 + $1.type.leafCount }
        guard columnCount <= CoreLimits.columns else {
            let what = columnCount == fields.count ? "columns" : "columns and fields of structs"
            throw SluiceError(.limitExceeded, "the files have \(columnCount) \(what) together; \(CoreLimits.columns) are allowed")
        }
        let schema = try Schema(fields)
        guard schema.count > 0 else { throw nothingToRead(inference) }
        try check(columns.dataNames.map { schema.fields[schema.index(of: $0)!] })
        let undecided = inference.map { undecidedNotices($0, filled, Set(types.keys)) } ?? []
        let versions = Dictionary(files.map { (ExactText($0.path), $0.version) }, uniquingKeysWith: { first, _ in first })
        let examined = ExaminedFiles(
            options: options, columns: Set(schema.names), named: Set(layouts.flatMap(\.columns)).intersection(schema.names),
            namesColumns: namesColumns, inference: inference, versions: versions)
        return Result(
            schema: schema, partitionColumns: Set(columns.partitionNames), notices: notices(columns.notices + undecided),
            examined: examined)
    }

    /// What a sample of the records shows, where it is needed; with the names that each file of the sample was the first to have, where records
    /// name their own fields.
    private func infer(
        _ found: [FoundColumns], _ filled: [Int]
    ) throws(SluiceError) -> (inference: SchemaInference?, named: [FoundColumns]) {
        guard let format = options.format as? any RecordFormat, needsInference(found) else { return (nil, []) }
        var inference = SchemaInference(format, keepsTexts: options.inference.keepsTexts)
        var named: [FoundColumns] = []
        var count = 0
        let unread = Set(options.inference.readsAll ? filled.filter { !options.inference.isRead(files[$0]) } : [])
        for file in unread.union(sampledFiles(filled)).sorted() {
            try inference.sample(format.open(options.input(files[file])), isWhole: unread.contains(file))
            if namesColumns { continue }
            let schema = inference.schema
            try checkCount(schema, files[file])
            let new = schema.names.dropFirst(count)
            if !new.isEmpty { named.append(FoundColumns(names: Array(new), fileCount: 1, path: files[file].path)) }
            count = schema.count
        }
        return (inference, named)
    }

    /// Names that come from records are bounded more tightly than those of a header: far more than a table has are keys of a map.
    private func checkCount(_ schema: Schema, _ file: InputFile) throws(SluiceError) {
        let count = schema.fields.reduce(0) { $0 + $1.type.leafCount }
        guard count > FormatLimits.inferredColumns else { return }
        throw SluiceError(
            .limitExceeded,
            "the records looked at have \(count) different columns and fields; \(FormatLimits.inferredColumns) are inferred at most",
            at: .file(path: file.shown),
            remedy: "declare those wanted under columns, with on_new_column: ignore; an object whose keys are data is a map<string, …>")
    }

    private func headerColumns(_ filled: [Int]) -> [FoundColumns] {
        var found: [FoundColumns] = []
        var places: [Int32: Int] = [:]
        for file in filled {
            let layout = layoutOfFile[file]
            if let place = places[layout] {
                found[place].fileCount += 1
            } else {
                places[layout] = found.count
                found.append(FoundColumns(names: layouts[Int(layout)].columns, fileCount: 1, path: files[file].path))
            }
        }
        return found
    }

    /// Whether some column's name or type can only come from the data.
    private func needsInference(_ found: [FoundColumns]) -> Bool {
        if !namesColumns { return options.declared.isEmpty || options.onNewColumn != .ignore }
        // Fields of delimited files have no kind but text.
        guard options.onNewColumn == .add, !options.inference.keepsTexts else { return false }
        let declared = Set(options.declared.map(\.name))
        return found.contains { $0.names.contains { !declared.contains($0) } }
    }

    /// The first, the last and some between them, and for each column that none of these has the first file that has it.
    private func sampledFiles(_ filled: [Int]) -> [Int] {
        var sampled = SchemaInference.sampledFiles(of: filled.count).map { filled[$0] }
        var seenLayouts = Set(sampled.map { layoutOfFile[$0] })
        var seenColumns = Set(seenLayouts.flatMap { layouts[Int($0)].columns })
        for file in filled where seenLayouts.insert(layoutOfFile[file]).inserted {
            let columns = layouts[Int(layoutOfFile[file])].columns
            guard columns.contains(where: { !seenColumns.contains($0) }) else { continue }
            seenColumns.formUnion(columns)
            sampled.append(file)
        }
        return sampled.sorted()
    }

    private func partitionKeys(_ filled: [Int]) -> [(key: String, fileCount: Int)] {
        var keys: [(key: String, fileCount: Int)] = []
        for file in filled {
            for value in files[file].partition {
                if let index = keys.firstIndex(where: { $0.key == value.key }) {
                    keys[index].fileCount += 1
                } else {
                    keys.append((value.key, 1))
                }
            }
        }
        return keys
    }

    /// Asks the format whether it can hold the types, before a run begins.
    private func check(_ fields: [Field]) throws(SluiceError) {
        guard let format = options.format as? any RecordFormat else { return }
        // A decoder looks at the whole header, so that one for each column is only made to find the column that does not fit.
        if let schema = try? Schema(fields), (try? format.decoder(layouts[0], schema: schema, missing: .null)) != nil { return }
        for field in fields {
            do throws(SluiceError) {
                _ = try format.decoder(layouts[0], schema: try Schema([field]), missing: .null)
            } catch {
                throw error.located(at: options.declared.first { $0.name == field.name }?.location)
            }
        }
    }

    private func nothingToRead(_ inference: SchemaInference?) -> SluiceError {
        if let reject = inference?.firstReject {
            return SluiceError(
                reject.error.code, reject.error.message, at: reject.location,
                remedy: "none of the first \(inference?.sampledRows ?? 0) records has a column; look at the file, or "
                    + "declare the columns under columns: to set such records aside")
        }
        if let inference, inference.sampledRows > 0 {
            return SluiceError(
                .headerMismatch, "none of the first \(inference.sampledRows) records has a column", at: .file(path: files[0].shown),
                remedy: "a file of JSON lines has one object a line; look at the file, or declare the columns under columns:")
        }
        let what = emptyFiles.isEmpty ? "has no records to infer columns from" : "is empty, so it has no columns"
        return SluiceError(
            .headerMismatch, files.count == 1 ? "\(files[0].path) \(what)" : "all \(files.count) files are empty, so there are no columns",
            at: .file(path: files[0].shown), remedy: "declare the columns under columns: if the files may be empty")
    }

    /// That columns are text because the sample showed no value of them, where records behind it may have some.
    private func undecidedNotices(_ inference: SchemaInference, _ filled: [Int], _ declared: Set<String>) -> [String] {
        let sawAll =
            options.inference.readsAll || inference.sawAll && SchemaInference.sampledFiles(of: filled.count).count == filled.count
        guard !namesColumns, !sawAll, options.onNewColumn == .add || declared.isEmpty else { return [] }
        let names = inference.undecided.filter { !declared.contains($0.column) }.map(\.path)
        guard !names.isEmpty else { return [] }
        let limit = ConnectorLimits.listedNames
        let shown = names.prefix(limit).map(\.quotedForMessage).joined(separator: ", ") + (names.count > limit ? ", …" : "")
        return [
            "nothing but nulls, empty objects and empty lists in the first \(inference.sampledRows) records of \(shown): read as text; "
                + "declare the type if there are other values"
        ]
    }

    private func notices(_ ofColumns: [String]) -> [String] {
        // Of one file all is said; of many files it would be the same over and over.
        var notices =
            warnings.count > 3 && files.count > 1
            ? Array(warnings.prefix(3)) + ["\(warnings.count - 3) more notices like these are left out"] : warnings
        notices += ofColumns
        if let first = emptyFiles.first {
            notices.append(
                emptyFiles.count == 1 ? "\(first) is empty" : "\(emptyFiles.count) of \(files.count) files are empty, first \(first)")
        }
        return notices
    }
}
