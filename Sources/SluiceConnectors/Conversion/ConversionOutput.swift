import Glibc
import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines

/// Where a conversion writes: one file, a directory (its path ends in `/`), or standard output as `-`.
struct ConversionOutput: Connector {
    static let standardOutput = "-"

    var manual: ConnectorManual {
        ConnectorManual(
            name: "output", summary: "The output of a conversion.", sourceOptions: [],
            sinkOptions: [
                OptionSpecification("output", .string, isRequired: true, "A file, a directory ending in /, or - for standard output."),
                OptionSpecification("replace", .boolean, default: "false", "Whether an output that exists is replaced."),
            ] + FileOptions.writing)
    }

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw SluiceError(.invalidOption, "a conversion's output is no input")
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let path = try options.require("output").string()
        let replaces = try options.boolean("replace") ?? false
        var output = try FileOptions.output(path, options, in: context)
        output.isDurable = false
        if path.hasSuffix("/") { return try directory(output, path, replaces: replaces) }
        guard output.partitionBy.isEmpty else {
            throw SluiceError(
                .usage, "partitioned output is a directory, and \(path.quotedForMessage) is a file's name",
                remedy: "write \(path)/ to name a directory")
        }
        if path == Self.standardOutput, isatty(STDOUT_FILENO) != 0 { try Self.checkText(output) }
        if let objects = output.objects { return SingleFileSink(try await target(path, objects, replaces: replaces), output) }
        return SingleFileSink(try target(path, replaces: replaces), output)
    }

    /// - Throws: `usage` for output that a terminal cannot show.
    private static func checkText(_ output: DirectoryOutput) throws(SluiceError) {
        // Formats of bytes compress their blocks.
        let isBinary = type(of: output.format).options.contains { $0.name == "codec" }
        guard isBinary || output.codec != .none else { return }
        throw SluiceError(
            .usage, "\(isBinary ? output.format.name : output.codec.rawValue) is no text, and standard output is a terminal",
            remedy: "name a file as the output, or send it on with > or |")
    }

    private func directory(_ output: DirectoryOutput, _ path: String, replaces: Bool) throws(SluiceError) -> any Sink {
        if let objects = output.objects {
            if !replaces, !(try objects.earlierParts().isEmpty) {
                throw exists(path, "\(path.quotedForMessage) has files that Sluice wrote", "they are replaced")
            }
        } else if DiskFiles.kind(of: path) == .directory, !replaces, !(try DiskFiles.list(path)).isEmpty {
            throw exists(path, "the directory \(path.quotedForMessage) is not empty", "files that Sluice wrote there are replaced")
        }
        return DirectorySink(output, mode: .overwrite)
    }

    private func target(_ path: String, _ objects: ObjectOutput, replaces: Bool) async throws(SluiceError) -> SingleFileSink.Target {
        if !replaces, try await objects.isThere() { throw exists(path, "the object \(path.quotedForMessage) exists", "it is replaced") }
        return .object(path)
    }

    private func target(_ path: String, replaces: Bool) throws(SluiceError) -> SingleFileSink.Target {
        if path == Self.standardOutput { return .descriptor(STDOUT_FILENO, name: "<stdout>") }
        switch DiskFiles.kind(of: path) {
        case nil: return .file(path)
        case .directory:
            throw SluiceError(
                .alreadyExists, "\(path.quotedForMessage) is a directory", at: .file(path: path),
                remedy: "name a file, or write \(path)/ for a directory of files")
        case .file:
            if !replaces { throw exists(path, "the file \(path.quotedForMessage) exists", "it is replaced") }
            return .file(SingleFileSink.resolved(path))
        case .other: return .device(path)
        }
    }

    private func exists(_ path: String, _ message: String, _ effect: String) -> SluiceError {
        SluiceError(.alreadyExists, message, at: .file(path: path), remedy: "with --force \(effect), or choose another name")
    }
}
