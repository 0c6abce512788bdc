package import SluicePipelines
import SluiceCore
import SluiceFormats

/// Files on the local disk: what paths and patterns name as a source, a directory as a sink.
package struct FilesConnector: Connector {
    package init() {}

    package var manual: ConnectorManual {
        ConnectorManual(
            name: "files", summary: "Files of one format on this machine, plain or compressed.",
            sourceOptions: [Self.sourceFiles] + FileOptions.reading, sinkOptions: [Self.sinkFiles] + FileOptions.writing)
    }

    private static let sourceFiles = OptionSpecification(
        "files", .oneOrMany(.string), isRequired: true,
        "Paths or patterns, relative to the definition: * any text, ? one character, [a-z] one of a set, ** any directories, {a,b} one or the "
            + "other. A directory stands for the files below it. Directories named key=value become text columns.",
        examples: ["\"data/*.csv\"", "[flights/month=01, flights/month=02]"])

    private static let sinkFiles = OptionSpecification(
        "files", .string, isRequired: true, "The directory to write into, relative to the definition; it is created where it is missing.",
        examples: ["out/orders"])

    /// Finds the files, and looks at their headers and a sample.
    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let files: [InputFile]
        do throws(SluiceError) {
            files = try await FileListing.files(try options.strings("files"), in: context.directory)
        } catch {
            // What names nothing is wrong in the definition; its message has the path. What cannot be read is wrong where it lies.
            guard error.code == .fileNotFound else { throw error.located(at: options.location(of: "files")) }
            var placed = error
            placed.location = options.location(of: "files") ?? error.location
            throw placed
        }
        var source = try FileOptions.source(files, options)
        source.patterns = (try options.strings("files"), context.directory)
        return source
    }

    /// A directory; nothing is created before the run.
    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let directory = FileListing.location(try options.require("files").string(), in: context.directory)
        guard DiskFiles.kind(of: directory) != .file else {
            throw options.invalid("files", "\(directory.quotedForMessage) is a file", remedy: "name a directory; files are written into it")
        }
        return DirectorySink(
            try FileOptions.output(directory, options), mode: try FileOptions.mode(options))
    }
}
