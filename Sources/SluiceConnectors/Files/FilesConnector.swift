package import SluiceCatalog
package import SluiceCore
import SluiceFormats
package import SluicePipelines
import SluiceS3

/// Files on the local disk and objects in buckets: what paths and patterns name as a source, a directory as a sink.
package struct FilesConnector: PublishingConnector, LetterKeeping {
    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: "files", summary: "Files of one format on this machine or in a bucket (s3://), plain or compressed.",
            sourceOptions: [Self.sourceFiles] + FileOptions.reading + [ChangedFiles.specification] + ObjectOptions.all,
            sinkOptions: [Self.sinkFiles] + FileOptions.writing + FileAggregation.specifications + [SchemaContract.declaring]
                + ObjectOptions.all)
    }

    private static let sourceFiles = OptionSpecification(
        "files", .oneOrMany(.string), isRequired: true,
        "Paths or patterns, relative to the definition or s3://BUCKET/KEY: * any text, ? one character, [a-z] one of a set, ** any directories, {a,b} one or the "
            + "other. A directory stands for the files below it. Directories named key=value become text columns.",
        examples: ["\"data/*.csv\"", "[flights/month=01, flights/month=02]", "\"s3://bucket/flights/**/*.parquet\""])

    private static let sinkFiles = OptionSpecification(
        "files", .string, isRequired: true,
        "The directory to write into, relative to the definition or s3://BUCKET/PREFIX; it is created where it is missing, a bucket is not.",
        examples: ["out/orders", "s3://bucket/orders"])

    /// Finds the files, and looks at their headers and a sample.
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        var files: [InputFile]
        let site = try ObjectOptions.site(options)
        do throws(SluiceError) {
            files = try await FileListing.files(try options.strings("files"), in: context.directory, site)
        } catch {
            // What names nothing is wrong in the definition; its message has the path. What cannot be read is wrong where it lies.
            guard error.code == .fileNotFound else { throw error.located(at: options.location(of: "files")) }
            var placed = error
            placed.location = options.location(of: "files") ?? error.location
            throw placed
        }
        if let request = context.backfill { files = FileSource.files(files, for: request) }
        var source = try FileOptions.source(files, options, read: Self.positions(options, in: context))
        source.changedFiles = try options.enumeration("changed_files", as: ChangedFiles.self) ?? .leave
        source.patterns = (try options.strings("files"), context.directory, site)
        return source
    }

    /// What earlier runs of an incremental pipeline have read, where that saves reading it once more.
    private static func positions(_ options: OptionValues, in context: ConnectorContext) throws(SluiceError) -> SourcePositions {
        guard try InferenceOptions(options).readsAll, let catalog = context.catalog else { return [:] }
        let read = try catalog.bookmarks(pipeline: context.pipeline).map { (ExactText($0.source), $0.position) }
        return SourcePositions(read) { first, _ in first }
    }

    /// A directory; nothing is created before the run.
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let directory = FileListing.location(try options.require("files").string(), in: context.directory)
        guard S3Location.isOne(directory) || DiskFiles.kind(of: directory) != .file else {
            throw options.invalid("files", "\(directory.quotedForMessage) is a file", remedy: "name a directory; files are written into it")
        }
        let mode = try FileOptions.mode(options)
        guard mode == .append || !options.has("prefix") else {
            throw options.invalid(
                "prefix", "with a prefix files of several runs lie side by side, which mode: overwrite would not leave",
                remedy: "add mode: append")
        }
        return DirectorySink(
            try FileOptions.output(directory, options, in: context), mode: mode,
            contract: try ContractOptions.contract(options, in: context))
    }

    package func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget {
        ObjectTarget(catalog: catalog)
    }

    package func letterPlace(_ location: String, in context: ConnectorContext) throws(SluiceError) -> any LetterPlace {
        try ObjectLetters(try S3Location(parsing: location), in: context)
    }

    package func giveUpAbandoned(_ catalog: Catalog) async { await UploadRecovery(home: catalog.home, catalog).run() }
}
