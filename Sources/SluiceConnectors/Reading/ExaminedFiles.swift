import SluiceCore
import SluiceFormats
import SluicePipelines

/// What a source found out about its files before the run.
struct ExaminedFiles: Sendable {
    let options: FileReadOptions
    let columns: Set<String>
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

    private func headerColumns(_ file: InputFile) throws(SluiceError) -> [String] {
        guard file.byteCount > 0 else { return [] }
        return try options.format.describe(options.input(file)).layout.columns.filter { !columns.contains($0) }
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
