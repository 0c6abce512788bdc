import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceLog
import Synchronization

/// The state that a command works on and the parts that its pipelines may use. Everything is opened when it is first asked for.
final class Session: Sendable {
    let home: String
    let jobs: Jobs
    let console: Console
    private let opened = Mutex<Catalog?>(nil)

    init(home: String, invocation: Invocation = .current) {
        self.home = home
        jobs = invocation.jobs
        console = invocation.console
    }

    var connectors: ConnectorRegistry { Invocation.current.connectors }
    /// Streams that are bound to schemas ask the catalog's registry, which is opened with the first of them.
    var streams: StreamStore {
        StreamStore(directory: home + "/streams", checks: SchemaChecks.checks { try self.catalog() })
    }
    /// Whether there is any state: a catalog, or streams.
    var exists: Bool { Catalog.exists(home: home) || DiskFiles.kind(of: streams.directory) == .directory }

    /// The catalog; created, with the home directory, where there is none.
    ///
    /// - Parameter publishes: The command puts what committed runs owe into their streams, so that nobody has to be told.
    func catalog(publishes: Bool = false) throws -> Catalog {
        try checkHome()
        let catalog = try opened.withLock { held in
            if let held { return held }
            let catalog = try Catalog(home: home)
            RecoveryNotices.show(catalog.recovery, on: console)
            if !publishes { for records in catalog.recovery.unpublished { RecoveryNotices.show(waiting: records, on: console) } }
            held = catalog
            return catalog
        }
        return catalog
    }

    /// The catalog if there is one; for commands that only look.
    func existingCatalog() throws -> Catalog? {
        try checkHome()
        return Catalog.exists(home: home) ? try catalog() : nil
    }

    /// The streams, for a command that makes one.
    ///
    /// - Throws: `usage` where a file is in the place of the state's directory.
    func streamStore() throws(SluiceError) -> StreamStore {
        try checkHome()
        return streams
    }

    /// - Throws: `usage` where a file is in the place of the state's directory.
    private func checkHome() throws(SluiceError) {
        guard let kind = DiskFiles.kind(of: home), kind != .directory else { return }
        throw SluiceError(
            .usage, "the state is in a directory, and \(home.quotedForMessage) is a file", at: .file(path: home),
            remedy: "say with --home or SLUICE_HOME which directory it is")
    }

    /// - Throws: `notFound` where there is no catalog, so that nothing can be in it.
    func requireCatalog(for what: String, remedy: String = Session.noState) throws -> Catalog {
        if let catalog = try existingCatalog() { return catalog }
        throw SluiceError(.notFound, "there is no \(what), because there is no state in \(home.quotedForMessage)", remedy: remedy)
    }

    /// A stream; what opening it put right is told.
    ///
    /// - Throws: `notFound` with the nearest name, or with what to do where there is none at all; `alreadyRunning` where another process
    ///   writes it and this one wants to.
    func openStream(_ name: String, for mode: RecordStream.Mode = .reading) throws -> RecordStream {
        let stream = try advised(name) { () throws(SluiceError) in try streams.open(name, for: mode) }
        for finding in stream.recovery.findings { console.notice(finding.description) }
        return stream
    }

    /// The streams for readers beside a writer, of which the named one is there.
    ///
    /// - Throws: as `openStream`.
    func backend(reading name: String) throws -> EmbeddedStreams {
        let backend = EmbeddedStreams(streams, for: .reading)
        let stream = try advised(name) { () throws(SluiceError) in try backend.stream(name) }
        for finding in stream.recovery.findings { console.notice(finding.description) }
        return backend
    }

    private func advised<Opened>(_ name: String, _ open: () throws(SluiceError) -> Opened) throws -> Opened {
        try checkHome()
        do throws(SluiceError) {
            return try open()
        } catch {
            guard error.code == .notFound, error.remedy == nil else { throw error }
            var advised = error
            advised.remedy = "make it with `stream create \(ShellText.quoted(name))`, or say with --home or SLUICE_HOME where the state is"
            throw advised
        }
    }

    /// What to do where nothing has run yet.
    static let noState = "run a pipeline first, or say with --home or SLUICE_HOME where the state is"

    /// What planning and reading of a pipeline may use.
    func planContext(for definition: PipelineDefinition, catalog: Catalog) -> PlanContext {
        PlanContext(
            connectors: connectors,
            connection: ConnectorContext(
                catalog: catalog, streams: streams, pipeline: definition.name, directory: definition.directory, home: home),
            closures: jobs.registry)
    }

    /// What definitions are completed with: given values, the environment, and the secrets of the state.
    func inputs(_ given: [GivenParameter] = []) -> DefinitionInputs {
        DefinitionInputs(
            parameters: given,
            secrets: SecretSource(
                value: { name in try self.existingCatalog().flatMap { try SecretStore($0).value(name) } },
                names: { try self.existingCatalog().map { try SecretStore($0).list.map(\.name) } ?? [] }))
    }

    /// The definition that a person named: a pipeline of the program's jobs, or a file.
    ///
    /// - Parameter given: Values for its parameters.
    /// - Throws: everything that is wrong with the definition; `fileNotFound`, with the nearest job's name if the program has jobs.
    func definition(_ name: String, _ given: [GivenParameter] = []) throws -> PipelineDefinition {
        if let pipeline = jobs.pipelines.first(where: { $0.name == name }) {
            return try pipeline.definition(connectors: connectors, directory: ".", inputs: inputs(given))
        }
        if DiskFiles.kind(of: name) == .directory {
            throw SluiceError(
                .usage, "\(name.quotedForMessage) is a directory, not a definition", at: .file(path: name),
                remedy: "name one of the files in it")
        }
        do {
            return try PipelineLoader.load(path: name, connectors: connectors, inputs: inputs(given))
        } catch let error as SluiceError where error.code == .fileNotFound && !jobs.pipelines.isEmpty {
            var named = error
            named.message = "there is no pipeline and no definition \(name.quotedForMessage)"
            named.remedy = Suggestion.remedy(for: name, in: jobs.pipelines.map(\.name), noun: "pipelines of this program")
            throw named
        }
    }

    /// A definition checked against the data that it reads. Creates no state: where there is none, an empty one stands in for it.
    func plan(_ definition: PipelineDefinition) async throws -> LogicalPlan {
        if let catalog = try existingCatalog() {
            return try await Planner.plan(definition, in: planContext(for: definition, catalog: catalog))
        }
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let catalog = try Catalog(home: scratch.path)
        let plan = try await Planner.plan(definition, in: planContext(for: definition, catalog: catalog))
        try catalog.close()
        return plan
    }
}

/// Tells what opening the state finished or removed for runs that were cut off.
enum RecoveryNotices {
    static func show(_ recovery: RecoveredWork, on console: Console) {
        for run in recovery.interruptedRuns {
            console.notice("run \(run) was cut off before it was done; what it had prepared was removed")
        }
        if recovery.finishedFiles > 0 {
            console.notice("put \(HumanText.count(recovery.finishedFiles, "file")) in place for a run that was cut off after it was done")
        }
        for path in recovery.lostFiles { console.warning("\(path) belongs to a finished run and is gone") }
        if let failure = recovery.failure {
            console.warning("a run that was cut off could not be tidied up: \(failure.message); the next command tries again")
        }
    }

    static func show(waiting records: UnpublishedRecords, on console: Console) {
        console.notice("\(described(records)) wait for the pipeline's next run, which puts them there")
    }

    static func show(_ outcome: PublicationRecovery.Outcome, on console: Console) {
        if let failure = outcome.failure {
            console.warning("\(described(outcome.records)) cannot be put there: \(failure.message); the pipeline's next run tries again")
        } else {
            console.notice("\(described(outcome.records)) were put there for a run that was cut off after it was done")
        }
    }

    private static func described(_ records: UnpublishedRecords) -> String {
        "\(HumanText.count(records.rowCount, "record")) of pipeline \(records.pipeline) for \(records.target)"
    }
}
