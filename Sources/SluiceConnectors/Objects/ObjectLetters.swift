import Glibc
import SluiceAWS
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceS3
import SluiceStorage

/// Copies of records that could not be processed, as objects: staged as uploads that a run's commit owes, as its output is.
struct ObjectLetters: LetterPlace {
    private let output: ObjectOutput

    /// The bucket is reached as the environment says.
    ///
    /// - Throws: `notFound` for a bucket that is not there; what the service refuses.
    init(_ location: S3Location, in context: ConnectorContext) throws(SluiceError) {
        output = ObjectOutput(location, S3Site(), in: context)
        try output.check()
    }

    /// Tells the journal from that of a sink with the same location.
    private static func name(_ run: String) -> String { run + "-letters" }

    func stagingPath(run: String) -> String { output.spoolDirectory(run: Self.name(run)) }

    func stage(_ path: String, as name: String, run: String) throws(SluiceError) -> OutputCommit {
        let run = Self.name(run)
        try output.stage(run: run)
        // An upload removes its file.
        let spooled = output.spoolDirectory(run: run) + "/" + name
        guard link(path, spooled) == 0 else { throw .system(errno, cannot: "link", spooled) }
        let place = "\(S3Location.scheme)\(output.location.bucket)/\(key(name))"
        let byteCount = Int64(DiskFiles.byteCount(of: spooled) ?? 0)
        let upload = try output.upload(spooled, to: place, run: run)
        try upload.finish(at: byteCount)
        try upload.wait()
        let file = StagedFile(stagedPath: spooled, finalPath: place, partition: [], rowCount: 0, byteCount: byteCount)
        var commit = try output.commit([file], removing: [], run: run)
        commit.removals.append(output.spoolDirectory(run: run))
        return commit
    }

    func put(_ bytes: [UInt8], as name: String) throws(SluiceError) -> String {
        let store = S3Store(try output.service(), below: output.location.key)
        _ = try ServiceThreads.wait { () async throws(SluiceError) in try await store.put(bytes, as: name, if: .none) }
        return store.shown(name)
    }

    func discard(run: String) async { await output.discard(run: Self.name(run)) }

    private func key(_ name: String) -> String {
        let key = output.location.key
        return key.isEmpty || key.hasSuffix("/") ? key + name : "\(key)/\(name)"
    }
}
