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
        /// An object of a store, which is there whole or not at all, too.
        case object(String)
        /// A pipe or device that is written to as it is.
        case device(String)
        /// An open file, such as standard output.
        case descriptor(Int32, name: String)

        var name: String {
            switch self {
            case .file(let path), .object(let path), .device(let path): path
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
        try output.format.check(writing: schema)
        if case .file(let path) = target { try WriteAccess.check(DiskFiles.parent(of: path)) }
        try output.objects?.check()
    }

    /// - Throws: `invalidOption` when the output is one of the inputs.
    func check(reading source: any Source) throws {
        guard let source = source as? FileSource else { return }
        let isInput: Bool
        switch target {
        case .file(let path):
            let own = Self.identity(path)
            isInput = own != nil && source.files.contains { Self.identity($0.location) == own }
        case .object(let path): isInput = source.files.contains { $0.location == path }
        case .device, .descriptor: isInput = false
        }
        guard isInput else { return }
        throw SluiceError(
            .invalidOption, "the output \(target.name.quotedForMessage) is an input, too", at: .file(path: target.name),
            remedy: "write to another file")
    }

    func stagingPaths(run: String) -> [String] {
        switch target {
        case .file(let path): [Self.staged(path, run)]
        case .object: output.objects.map { [$0.spoolDirectory(run: run)] } ?? []
        case .device, .descriptor: []
        }
    }

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
                let directory = DiskFiles.parent(of: path)
                try DiskFiles.createDirectories(directory)
                AbandonedParts.remove(from: directory)
                return try PartFile(path: Self.staged(path, run), finalPath: path, compressor: compressor, isDurable: false)
            case .object(let path):
                try output.stage(run: run)
                let spooled = output.stagingDirectory(run: run) + "/output"
                return try PartFile(
                    path: spooled, finalPath: path, compressor: compressor, isDurable: false,
                    upload: try output.objects?.upload(spooled, to: path, run: run))
            case .device(let path): return try PartFile(OutputFile(device: path), compressor: compressor)
            case .descriptor(let number, let name): return try PartFile(OutputFile(descriptor: number, name: name), compressor: compressor)
            }
        }
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        switch target {
        case .file, .object: try output.placing(staged, removing: [], run: run)
        case .device, .descriptor: OutputCommit()
        }
    }

    func discard(run: String) async {
        if let objects = output.objects { return await objects.discard(run: run) }
        for path in stagingPaths(run: run) { unlink(path) }
    }

    /// Beside the file, so that it moves into place by a rename; hidden, so that patterns do not find it.
    private static func staged(_ path: String, _ run: String) -> String {
        "\(DiskFiles.parent(of: path))/\(AbandonedParts.prefix)\(run)\(AbandonedParts.suffix)"
    }

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
