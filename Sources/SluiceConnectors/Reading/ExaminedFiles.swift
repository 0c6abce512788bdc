import SluiceCore
import SluiceFormats
import SluicePipelines

/// What a source found out about its files before the run.
struct ExaminedFiles: Sendable {
    let options: FileReadOptions
    let columns: Set<String>
    /// Those that some header names.
    let named: Set<String>
    /// Whether the files say which columns they have.
    let namesColumns: Bool
    /// What records showed, where types were inferred.
    let inference: SchemaInference?
    /// The versions of the files.
    let versions: SourcePositions

    /// Looks at files that came later.
    ///
    /// - Throws: `newFields` where one has columns that the source lacks, or values that the inferred types do not hold; `headerMismatch` for
    ///   columns that the definition does not allow; what opening files and reading their headers throws.
    func admit(_ files: some Sequence<InputFile>) throws(SluiceError) {
        guard options.onNewColumn != .ignore, namesColumns || options.inference.readsAll else { return }
        for file in files where versions[ExactText(file.path)] != file.version {
            var names = try namesColumns ? headerColumns(file) : []
            if options.onNewColumn == .fail, let name = names.first {
                throw SluiceError(
                    .headerMismatch, "\(file.shown) has the column \(name.quotedForMessage), which columns does not declare",
                    at: .file(path: file.shown, line: 1),
                    remedy: NewColumns.remedy(for: name, declared: options.declared.map(\.name)))
            }
            if names.isEmpty { names = try misfits(file) }
            guard !names.isEmpty else { continue }
            let shown = names.prefix(ConnectorLimits.listedNames).map(\.quotedForMessage).joined(separator: ", ")
            throw SluiceError(
                .newFields,
                "\(file.shown) has columns or values that the files before it had not: \(shown)"
                    + (names.count > ConnectorLimits.listedNames ? ", …" : ""), at: .file(path: file.shown),
                remedy: "run the pipeline again: its plan looks at the file")
        }
    }

    /// Looks whether files that are read anew as a whole still have every column that those before them had: rows of a file that lacks one which
    /// others have get nulls, but of one that is nowhere any more nobody knows what it would be.
    ///
    /// - Throws: `newFields`, upon which another plan says what is missing, or does without it; what opening files and reading their headers
    ///   throws.
    func checkColumnsRemain(_ files: [InputFile]) throws(SluiceError) {
        let isChanged = files.count != versions.count || files.contains { versions[ExactText($0.path)] != $0.version }
        guard namesColumns, isChanged else { return }
        var missing = named
        for file in files where !missing.isEmpty { missing.subtract(try header(file)) }
        guard let first = files.first, !missing.isEmpty else { return }
        throw SluiceError(
            .newFields,
            "\(first.shown)\(files.count > 1 ? " and the files beside it have" : " has") no longer the columns "
                + missing.sorted().prefix(ConnectorLimits.listedNames).map(\.quotedForMessage).joined(separator: ", "),
            at: .file(path: first.shown), remedy: "run the pipeline again: its plan looks at the file")
    }

    private func header(_ file: InputFile) throws(SluiceError) -> [String] {
        file.byteCount == 0 ? [] : try options.format.describe(options.input(file)).layout.columns
    }

    private func headerColumns(_ file: InputFile) throws(SluiceError) -> [String] {
        try header(file).filter { !columns.contains($0) }
    }

    /// Columns that get another type by the file's records, or come up with them.
    private func misfits(_ file: InputFile) throws(SluiceError) -> [String] {
        guard options.inference.readsAll, let known = inference, let format = options.format as? any RecordFormat else { return [] }
        var more = known
        try more.sample(format.open(options.input(file)), isWhole: true)
        let declared = Set(options.declared.map(\.name))
        let before = known.schema
        return more.schema.fields.filter { !declared.contains($0.name) && before[$0.name]?.type != $0.type }.map(\.name)
    }
}
