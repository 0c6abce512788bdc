import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceS3

/// The files of one conversion: paths and patterns in the order in which they are given, named pipes, and standard input as `-`.
struct ConversionInput: Connector {
    let spooled: SpooledInputs

    var manual: ConnectorManual {
        ConnectorManual(
            name: "files", summary: "The files of a conversion.",
            sourceOptions: [
                OptionSpecification(
                    "files", .oneOrMany(.string), isRequired: true, "Paths, patterns, directories or pipes; - is standard input.")
            ] + FileOptions.reading, sinkOptions: [])
    }

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let patterns = try options.strings("files")
        var source = try FileOptions.source(try await files(patterns, in: context.directory), options)
        source.patterns = (patterns.filter { spooled.file($0) == nil }, context.directory, S3Site())
        return source
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        throw SluiceError(.invalidOption, "a conversion's input is no output")
    }

    /// - Throws: what `FileListing` throws; `limitExceeded`.
    func files(_ patterns: [String], in directory: String) async throws(SluiceError) -> [InputFile] {
        var files: [InputFile] = []
        var seen: Set<ExactText> = []
        for pattern in patterns {
            let found = if let file = spooled.file(pattern) { [file] } else { try await FileListing.files(pattern, in: directory) }
            for file in found where seen.insert(ExactText(file.path)).inserted { files.append(file) }
            guard files.count <= ConnectorLimits.files else {
                throw SluiceError(
                    .limitExceeded, "there are more than \(ConnectorLimits.files) input files", remedy: "convert them in several commands")
            }
        }
        return files
    }
}
