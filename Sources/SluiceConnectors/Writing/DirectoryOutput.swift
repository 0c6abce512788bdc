import SluiceCatalog
import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStorage

/// A directory of output files, and how they are written.
struct DirectoryOutput: Sendable {
    /// Absolute, because a commit may be finished by a process that was started elsewhere; without a slash at the end.
    var directory: String
    /// The directory as messages show it.
    var shown: String
    var format: any Format
    /// What the definition gave the format.
    var formatOptions: [String: OptionValue]
    var codec: Codec
    var codecLevel: Int
    /// Columns whose values are directories, outermost first.
    var partitionBy: [String]
    /// What each run puts between the directory and those of partitions.
    var prefix: OutputPrefix?
    /// Nil for a directory on the disk.
    var objects: ObjectOutput?
    var limits = OutputLimits()
    var aggregation = FileAggregation()
    /// Whether files are on disk, and not only with the system, when they are complete.
    var isDurable = true

    var summary: String {
        let compressed = codec == .none ? "" : " (\(codec.rawValue))"
        return "\(shown) as \(format.name)\(compressed)"
            + (partitionBy.isEmpty ? "" : ", partitioned by \(partitionBy.joined(separator: ", "))")
    }

    /// Of the files: `csv.gz`.
    var fileExtension: String {
        let plain = type(of: format).fileExtensions.first ?? format.name
        return codec.fileExtension.map { "\(plain).\($0)" } ?? plain
    }

    /// Whether rows of a schema can be written, and the directory can be written to.
    func check(_ schema: Schema) throws(SluiceError) {
        let splitter = try PartitionSplitter(schema, partitionBy: partitionBy)
        _ = try format.writer(splitter.fileSchema)
        try format.check(writing: schema)
        if let objects { try objects.check() } else { try WriteAccess.check(directory) }
    }

    /// - Throws: `invalidOption` when the files written here would be found by the patterns of the source: the next run would read its own output.
    func check(reading source: any Source) throws(SluiceError) {
        guard let patterns = (source as? FileSource)?.patterns else { return }
        let partition = partitionBy.map { HivePath.escaped($0) + "=x" }
        let above = [prefix?.path(run: String(repeating: "0", count: RunID.length))].compactMap(\.self)
        let path = ([directory] + above + partition + ["part-x." + fileExtension]).joined(separator: "/")
        guard FileListing.matches(path, patterns.texts, in: patterns.directory) else { return }
        throw SluiceError(
            .invalidOption, "the output \(shown.quotedForMessage) lies within the source's files, so the next run would read it",
            remedy: "write to a directory that \(patterns.texts.map(\.quotedForMessage).joined(separator: ", ")) does not match")
    }

    // MARK: Staging

    /// On the directory's own file system, so that files move into place by a rename; for objects, where files are on their way.
    func stagingDirectory(run: String) -> String {
        objects?.spoolDirectory(run: run) ?? directory + "/" + PartName.stagingPrefix + run
    }

    /// Makes the run's staging directory.
    func stage(run: String) throws(SluiceError) {
        if let objects { return try objects.stage(run: run) }
        try DiskFiles.createDirectories(stagingDirectory(run: run))
    }

    /// Whether files are made durable under their temporary names.
    var syncsFiles: Bool { isDurable && objects == nil }

    /// A new file in the run's staging directory.
    ///
    /// - Parameter directory: Where the file belongs, below the output's directory.
    func partFile(directory below: String, run: String, writer: Int, number: Int) throws(SluiceError) -> PartFile {
        let name = PartName.name(run: run, writer: writer, number: number, fileExtension: fileExtension)
        let path = stagingDirectory(run: run) + "/" + name
        let steps = [directory, prefix?.path(run: run) ?? "", below, name].filter { !$0.isEmpty }
        let finalPath = steps.joined(separator: "/")
        return try PartFile(
            path: path, finalPath: finalPath, compressor: codec.blockCompressor(level: codecLevel), isDurable: syncsFiles,
            upload: try objects?.upload(path, to: finalPath, run: run))
    }

    /// What makes staged files visible, and removes others.
    func placing(_ files: [StagedFile], removing removed: [String], run: String) throws(SluiceError) -> OutputCommit {
        if let objects { return try objects.commit(files, removing: removed, run: run) }
        return OutputCommit(renames: files.map { .init(staged: $0.stagedPath, final: $0.finalPath) }, removals: removed)
    }

    /// Removes what a run staged.
    func discard(run: String) async {
        if let objects { return await objects.discard(run: run) }
        try? DiskFiles.removeTree(stagingDirectory(run: run))
    }

    /// Files below the directory that carry the name of an output file, of whichever run.
    func earlierParts() throws(SluiceError) -> [String] {
        if let objects { return try objects.earlierParts() }
        guard DiskFiles.kind(of: directory) == .directory else { return [] }
        return try parts(below: directory, depth: 0)
    }

    private func parts(below path: String, depth: Int) throws(SluiceError) -> [String] {
        var found: [String] = []
        for name in try DiskFiles.list(path) {
            let inner = path + "/" + name
            if PartName.isPart(name) {
                found.append(inner)
            } else if depth < ConnectorLimits.partitionColumns, name.contains("="), DiskFiles.kind(of: inner) == .directory {
                found += try parts(below: inner, depth: depth + 1)
            }
        }
        return found
    }
}

/// The bounds of one writer; tests set smaller ones.
struct OutputLimits: Sendable {
    var openFiles = ConnectorLimits.openFiles
    var pendingFileBytes = ConnectorLimits.pendingFileBytes
    var pendingBytes = ConnectorLimits.pendingBytes
    var partitions = ConnectorLimits.partitions
}
