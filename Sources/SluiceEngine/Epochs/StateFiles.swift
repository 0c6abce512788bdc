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
            /// What its values stand for; nil for those of a program that did not say it.
            var signature: StateSignature?
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
    private let smallBytes: Int
    private let readAtOnceBytes: Int
    private(set) var manifest = Manifest()
    /// Steps whose files are to be written anew by the next epoch, as their columns were others.
    private var outdated: Set<Int> = []
    /// Files that are not needed once the next commit is done.
    private var dropped: [String] = []
    /// What is put together at the moment, by the step.
    private var merges: [Int: StateMerge] = [:]

    /// Bounds are those of `StateLimits`.
    init(
        home: String, pipeline: String, smallBytes: Int = StateLimits.smallBytes, readAtOnceBytes: Int = StateLimits.readAtOnceBytes
    ) {
        self.smallBytes = smallBytes
        self.readAtOnceBytes = readAtOnceBytes
        directory = "\(home)/state/\(pipeline)"
        self.pipeline = pipeline
    }

    // MARK: Start

    /// Puts the values of the last committed epoch into the steps, and removes what no commit names.
    ///
    /// - Parameter background: Where many values may be read while epochs go on; nil: all are read at once.
    /// - Throws: `stateMismatch` where the definition's steps are others than those that were kept; `stateCorrupt`.
    mutating func restore(_ stored: PipelineState?, to states: StepStates, beside background: BackgroundWork? = nil) throws {
        if let stored {
            do {
                manifest = try StateManifestText.decode(stored.content)
            } catch {
                throw SluiceError(.stateCorrupt, "the state of pipeline \(pipeline.quotedForMessage) cannot be read: \(error)")
            }
        }
        let steps = states.inOrder
        let found = try aligned(steps)
        manifest.steps = zip(steps, found).map { step, kept in
            kept ?? Manifest.Step(signature: step.state.signature, facts: step.state.facts, files: [])
        }
        for (index, kept) in found.enumerated() {
            guard let kept else { continue }
            let state = steps[index].state
            state.restore(kept.facts)
            let all = kept.files.map { rows(of: $0, kept.signature, state) }
            state.stored = all
            let byteCount = kept.files.reduce(0) { $0 + $1.bytes }
            if kept.signature?.columns != state.signature.columns {
                outdated.insert(index)
            } else if let background, byteCount > readAtOnceBytes, try state.restoreBeside(all, on: background) {
                continue
            }
            for rows in all { try rows.forEach { state.restore($0) } }
            state.finishRestoring()
        }
        try removeStrangers()
    }

    /// What each step goes on with, nil for those that begin with nothing: steps may be put between those that have kept rows.
    private func aligned(_ steps: [StepStates.Step]) throws(SluiceError) -> [Manifest.Step?] {
        var found = [Manifest.Step?](repeating: nil, count: steps.count)
        var next = 0
        for kept in manifest.steps {
            guard let signature = kept.signature else { throw mismatch("another version of the program kept it") }
            let candidates = steps.indices[next...].filter { steps[$0].state.signature.kind == signature.kind }
            guard let place = candidates.first(where: { steps[$0].state.signature.difference(from: signature) == nil }) else {
                guard let other = candidates.first, let reason = steps[other].state.signature.difference(from: signature) else {
                    throw mismatch("the step \(signature.kind) that kept rows is gone")
                }
                throw mismatch("step \"\(steps[other].name)\" \(reason)")
            }
            found[place] = kept
            next = place + 1
        }
        return found
    }

    private func mismatch(_ fact: String) -> SluiceError {
        SluiceError(
            .stateMismatch, "pipeline \(pipeline.quotedForMessage) cannot go on with what it kept: \(fact)",
            remedy: "take the change back; or begin anew with --reset, which forgets what steps keep and reads all input again")
    }

    /// - Parameter kept: What the file's rows stand for; nil: the same as those of the step.
    private func rows(of file: Manifest.File, _ kept: StateSignature?, _ state: any StepState) -> StoredRows {
        let schema = state.keptSchema
        let positions = kept.flatMap { state.signature.positions(in: $0) } ?? Array(schema.fields.indices)
        return StoredRows(
            path: directory + "/" + file.name, byteCount: file.bytes, written: kept?.schema ?? schema, positions: positions, kept: schema)
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
            guard manifest.steps.indices.contains(index) else { continue }
            let kept = manifest.steps[index]
            step.state.stored = kept.files.map { rows(of: $0, kept.signature, step.state) }
        }
    }

    /// Makes what an epoch brought durable.
    ///
    /// - Returns: What the commit has to record.
    mutating func save(_ states: StepStates, epoch: Int) throws -> PipelineState {
        var steps: [Manifest.Step] = []
        for (index, step) in states.inOrder.enumerated() {
            var files = manifest.steps.indices.contains(index) ? manifest.steps[index].files : []
            if let writer = step.state.changes, try writer.finish() {
                files.append(Self.file(writer))
                step.state.stored.append(rows(of: Self.file(writer), nil, step.state))
            }
            step.state.changes = nil
            dropOutdated(of: &files, step.state)
            try takeMerged(into: &files, ofStep: index)
            // Those that are being read are left as they are.
            if !step.state.isLoading, outdated.contains(index) || isToBeWritten(files, ofStep: index, epoch) {
                let whole = StateFileWriter(path: "\(directory)/\(epoch)-\(index)-all.state")
                try step.state.writeAll(to: whole)
                dropped += files.map(\.name)
                files = try whole.finish() ? [Self.file(whole)] : []
            }
            steps.append(Manifest.Step(signature: step.state.signature, facts: step.state.facts, files: files))
        }
        manifest.steps = steps
        outdated = []
        return PipelineState(pipeline: pipeline, epoch: epoch, content: try StateManifestText.encode(manifest))
    }

    /// Leaves out files whose rows are out of date.
    private mutating func dropOutdated(of files: inout [Manifest.File], _ state: any StepState) {
        let oldest = state.facts.oldest ?? .max
        let stays = state.agesInOrder ? files.firstIndex { $0.newest >= oldest } ?? files.count : 0
        let gone = Set(files.enumerated().filter { $1.newest < oldest && ($0 < stays || !state.agesInOrder) }.map(\.element.name))
        dropped += gone.sorted()
        files.removeAll { gone.contains($0.name) }
    }

    /// Puts the result of a merge in the place of its sources, once it is done.
    private mutating func takeMerged(into files: inout [Manifest.File], ofStep index: Int) throws(SluiceError) {
        guard let merge = merges[index], try merge.isDone() else { return }
        merges[index] = nil
        let names = merge.sources.map(\.name)
        // Rows that became out of date meanwhile may have taken some of the sources with them.
        guard let start = files.firstIndex(where: { $0.name == names[0] }), files[start...].prefix(names.count).map(\.name) == names else {
            dropped.append(merge.target.name)
            return
        }
        files.replaceSubrange(start..<start + names.count, with: [merge.target])
        dropped += names
    }

    /// Whether a step has so many files that it has to write its rows anew; begins to put some of them together where that is enough.
    private mutating func isToBeWritten(_ files: [Manifest.File], ofStep index: Int, _ epoch: Int) -> Bool {
        guard files.count > StateLimits.files, merges[index] == nil else { return false }
        guard case .from(let start) = StateMergeChoice(files.map(\.bytes), smallBytes: smallBytes) else { return true }
        merges[index] = StateMerge(Array(files[start...]), to: "\(epoch)-\(index)-merged.state", in: directory)
        return false
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
    /// Bytes of a step's files up to which its rows are written anew instead, at once.
    static let smallBytes = 16 << 20
    /// Bytes of a step's files up to which a run that begins reads them before its first epoch.
    static let readAtOnceBytes = 8 << 20
    /// Bytes that are copied by one call.
    static let copiedBytes = 4 << 20
}
