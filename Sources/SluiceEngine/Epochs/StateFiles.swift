import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines

/// What the steps of a pipeline keep between epochs, on disk: for each step that keeps rows a list of files, each with those that one
/// epoch brought, and in the catalog which files count.
///
/// A file is written and durable before the transaction that names it; files that no transaction names are removed at the next start.
struct StateFiles {
    /// What the catalog holds.
    struct Manifest: Codable {
        struct Step: Codable {
            /// What the step does; other work cannot go on with its values.
            var fingerprint: String
            var facts: StepFacts
            var files: [File]
        }

        struct File: Codable {
            var name: String
            var bytes: Int
            /// The greatest value of its rows' first column.
            var newest: Int64
        }

        var steps: [Step] = []
    }

    let directory: String
    private let pipeline: String
    private(set) var manifest = Manifest()
    /// Files that are not needed once the next commit is done.
    private var dropped: [String] = []

    init(home: String, pipeline: String) {
        directory = "\(home)/state/\(pipeline)"
        self.pipeline = pipeline
    }

    // MARK: Start

    /// Puts the values of the last committed epoch into the steps, and removes what no commit names.
    ///
    /// - Throws: `stateMismatch` where the definition's steps are others than those that were kept; `stateCorrupt`.
    mutating func restore(_ stored: PipelineState?, to states: StepStates) throws {
        if let stored {
            do {
                manifest = try StateManifestText.decode(stored.content)
            } catch {
                throw SluiceError(.stateCorrupt, "the state of pipeline \(pipeline.quotedForMessage) cannot be read: \(error)")
            }
        }
        let steps = states.inOrder
        if stored != nil { try check(steps) }
        for (step, kept) in zip(steps, manifest.steps) {
            step.state.restore(kept.facts)
            for file in kept.files { try read(file, into: step.state) }
            step.state.finishRestoring()
        }
        try removeStrangers()
    }

    private func check(_ steps: [StepStates.Step]) throws(SluiceError) {
        for (index, step) in steps.enumerated() {
            if manifest.steps.indices.contains(index), manifest.steps[index].fingerprint == step.fingerprint { continue }
            if manifest.steps.isEmpty { continue }
            throw mismatch("step \"\(step.name)\" is another than the one that kept rows")
        }
        if manifest.steps.count > steps.count { throw mismatch("a step that kept rows is gone") }
    }

    private func mismatch(_ fact: String) -> SluiceError {
        SluiceError(
            .stateMismatch, "pipeline \(pipeline.quotedForMessage) cannot go on with what it kept: \(fact)",
            remedy: "take the change back; or begin anew with --reset, which forgets what steps keep and reads all input again")
    }

    private func read(_ file: Manifest.File, into state: any StepState) throws {
        let reader = StateFileReader(path: directory + "/" + file.name, byteCount: file.bytes, schema: state.keptSchema)
        try reader.forEach { state.restore($0) }
    }

    private func removeStrangers() throws(SluiceError) {
        guard DiskFiles.kind(of: directory) == .directory else { return }
        let known = Set(manifest.steps.flatMap(\.files).map(\.name))
        for name in try DiskFiles.list(directory) where !known.contains(name) { try DiskFiles.removeTree(directory + "/" + name) }
    }

    // MARK: Epochs

    /// Gives every step a file for what the epoch brings it.
    mutating func begin(_ states: StepStates, epoch: Int) {
        for (index, step) in states.inOrder.enumerated() {
            step.state.changes = StateFileWriter(path: "\(directory)/\(epoch)-\(index).state")
        }
    }

    /// Makes what an epoch brought durable.
    ///
    /// - Returns: What the commit has to record.
    mutating func save(_ states: StepStates, epoch: Int) throws -> PipelineState {
        var steps: [Manifest.Step] = []
        for (index, step) in states.inOrder.enumerated() {
            var files = manifest.steps.indices.contains(index) ? manifest.steps[index].files : []
            if let writer = step.state.changes, try writer.finish() { files.append(Self.file(writer)) }
            step.state.changes = nil
            let oldest = step.state.facts.oldest ?? .max
            dropped += files.filter { $0.newest < oldest }.map(\.name)
            files.removeAll { $0.newest < oldest }
            if files.count > StateLimits.files {
                let whole = StateFileWriter(path: "\(directory)/\(epoch)-\(index)-all.state")
                try step.state.writeAll(to: whole)
                dropped += files.map(\.name)
                files = try whole.finish() ? [Self.file(whole)] : []
            }
            steps.append(Manifest.Step(fingerprint: step.fingerprint, facts: step.state.facts, files: files))
        }
        manifest.steps = steps
        return PipelineState(pipeline: pipeline, epoch: epoch, content: try StateManifestText.encode(manifest))
    }

    /// The epoch was committed.
    mutating func committed() {
        for name in dropped { unlink(directory + "/" + name) }
        dropped = []
    }

    private static func file(_ writer: StateFileWriter) -> Manifest.File {
        Manifest.File(name: String(writer.path.split(separator: "/").last ?? ""), bytes: writer.byteCount, newest: writer.newest)
    }
}

/// Bounds of what pipelines keep between epochs.
enum StateLimits {
    /// Files of one step; more are put together.
    static let files = 64
}
