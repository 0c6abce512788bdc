import Glibc
import SluiceCatalog
import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines

/// Writes all rows into one file, in order. The file appears, under its name, when it is complete.
struct SingleFileSink: Sink {
    enum Target: Sendable {
        /// A file that is there whole or not at all.
        case file(String)
        /// A pipe or device that is written to as it is.
        case device(String)
        /// An open file, such as standard output.
        case descriptor(Int32, name: String)

        var name: String {
            switch self {
            case .file(let path), .device(let path): path
            case .descriptor(_, let name): name
            }
        }
    }

    let target: Target
    private let output: DirectoryOutput

    /// - Parameter output: Says how rows are written; its directory is not used.
    init(_ target: Target, _ output: DirectoryOutput) {
        self.target = target
        self.output = output
    }

    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var summary: String { "\(target.name) as \(output.format.name)\(output.codec == .none ? "" : " (\(output.codec.rawValue))")" }

    func check(_ schema: Schema) throws {
        _ = try output.format.writer(schema)
        if case .file(let path) = target { try WriteAccess.check(DiskFiles.parent(of: path)) }
    }

    /// - Throws: `invalidOption` when the output is one of the inputs.
    func check(reading source: any Source) throws {
        guard case .file(let path) = target, let own = Self.identity(path), let source = source as? FileSource else { return }
        for file in source.files where Self.identity(file.location) == own {
            throw SluiceError(
                .invalidOption, "the output \(path.quotedForMessage) is an input, too", at: .file(path: path),
                remedy: "write to another file")
        }
    }

    func stagingPaths(run: String) -> [String] { if case .file(let path) = target { [Self.staged(path, run)] } else { [] } }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        throw SluiceError(.invalidArgument, "one file is written in order, by one writer")
    }

    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? {
        try SequentialWriter(
            output.format, output.codec, level: output.codecLevel, schema: schema, isNeverMissing: true
        ) { [target, output] () throws(SluiceError) in
            let compressor = output.codec.blockCompressor(level: output.codecLevel)
            switch target {
            case .file(let path):
                try DiskFiles.createDirectories(DiskFiles.parent(of: path))
                return try PartFile(path: Self.staged(path, run), finalPath: path, compressor: compressor, isDurable: false)
            case .device(let path): return try PartFile(OutputFile(device: path), compressor: compressor)
            case .descriptor(let number, let name): return try PartFile(OutputFile(descriptor: number, name: name), compressor: compressor)
            }
        }
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        guard case .file = target else { return OutputCommit() }
        return OutputCommit(renames: staged.map { .init(staged: $0.stagedPath, final: $0.finalPath) })
    }

    func discard(run: String) async { for path in stagingPaths(run: run) { unlink(path) } }

    /// Beside the file, so that it moves into place by a rename; hidden, so that patterns do not find it.
    private static func staged(_ path: String, _ run: String) -> String { "\(DiskFiles.parent(of: path))/.sluice-\(run).part" }

    /// A path without links, so that the file itself is replaced.
    static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private struct Identity: Hashable {
        var device: UInt
        var file: UInt
    }

    private static func identity(_ path: String) -> Identity? {
        var status = stat()
        return stat(path, &status) == 0 ? Identity(device: UInt(status.st_dev), file: UInt(status.st_ino)) : nil
    }
}
