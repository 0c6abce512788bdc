package import SluiceBuckets
package import SluiceCatalog
import SluiceConnectors
package import SluiceCore
package import SluiceLog
package import SluicePipelines
import SluiceSaaS
package import SluiceServer

/// The flows, profiles and registered connectors of a state directory: documents of its catalog, of the one account that it belongs to.
package final class AppFlowHome: Sendable {
    /// What flows need of the rest of the program.
    package struct World: Sendable {
        package var catalog: Catalog
        /// The state directory, as a whole path.
        package var directory: String
        package var streams: StreamStore
        package var connectors: ConnectorRegistry
        package var closures: ClosureRegistry
        package var buckets: BucketStore
        /// Whether the project has a flow or pipeline of a name, which no client may take.
        package var isTaken: @Sendable (String) -> Bool

        package init(
            _ catalog: Catalog, directory: String, streams: StreamStore, connectors: ConnectorRegistry,
            closures: ClosureRegistry = ClosureRegistry(), buckets: BucketStore,
            isTaken: @escaping @Sendable (String) -> Bool = { _ in false }
        ) {
            self.catalog = catalog
            self.directory = directory
            self.streams = streams
            self.connectors = connectors
            self.closures = closures
            self.buckets = buckets
            self.isTaken = isTaken
        }
    }

    let world: World
    /// Twelve digits.
    let account: String
    let clock: WallClock
    let runs = FlowRuns()
    let timer = FlowTimer()
    let entities = EntityCache()

    var catalog: Catalog { world.catalog }
    var buckets: BucketStore { world.buckets }
    var book: FlowBook { FlowBook(world.catalog) }

    /// - Parameter clock: Of the machine; a test's shift of the port's time is added.
    package init(_ world: World, _ options: PortOptions, clock: WallClock = .system) {
        self.world = world
        account = options.account
        self.clock = WallClock { [shift = options.shift] in clock.nowMicros() + shift.micros }
    }

    /// Ends what an earlier server had begun, and waits for the ticks of schedules from now on.
    ///
    /// - Throws: What the disk and the catalog throw.
    package func begin() async throws {
        try await resumeDeliveries()
        timer.begin(self)
    }

    func close() async {
        await timer.end()
        await runs.close()
    }

    func reset() async throws {
        await runs.close()
        for flow in try flows() { try remove(flow) }
        for profile in try profiles() { try remove(profile) }
        for kind in [Registrations.kind, Tags.kind] { try catalog.removeDocuments(kind, prefix: "") }
        entities.forget { _ in true }
    }

    // MARK: Flows

    func flows() throws -> [FlowRecord] { try book.flows() }

    /// - Throws: `ResourceNotFoundException`.
    func flow(_ name: String) throws -> FlowRecord {
        guard let flow = try catalog.value(FlowRecord.kind, name).flatMap(FlowRecord.init) else { throw Faults.noFlow(name) }
        return flow
    }

    /// - Throws: `ResourceNotFoundException`, and what the closure throws: nothing is changed then.
    @discardableResult
    func change(_ name: String, _ body: (inout FlowRecord) throws -> Void) throws -> FlowRecord {
        var changed: FlowRecord?
        try catalog.change(FlowRecord.kind, name) { value in
            guard var flow = value.flatMap(FlowRecord.init) else { throw Faults.noFlow(name) }
            try body(&flow)
            value = flow.value
            changed = flow
        }
        guard let changed else { throw Faults.noFlow(name) }
        timer.schedule(changed, self)
        return changed
    }

    /// Forgets a flow, its records and how far it has read.
    func remove(_ flow: FlowRecord) throws {
        timer.forget(flow.name)
        _ = try catalog.removeDocument(FlowRecord.kind, flow.name)
        try catalog.removeDocuments(ExecutionRecord.kind, prefix: flow.name + "/")
        _ = try catalog.removeDocument(Tags.kind, "flow/" + flow.name)
        _ = try catalog.forgetProgress(of: flow.pipeline)
        try DiskFiles.removeTree(folders(of: flow).whole)
    }

    /// The folders below which a flow writes before its rows are delivered.
    func folders(of flow: FlowRecord) -> (whole: String, output: String, refused: String) {
        let whole = "\(world.directory)/appflow/\(flow.pipeline)"
        return (whole, whole + "/out", whole + "/refused.jsonl")
    }

    /// The definition that runs.
    ///
    /// - Throws: `ValidationException` for what no flow of Sluice does.
    func definition(of flow: FlowRecord) throws -> PipelineDefinition {
        let ends = try ends(of: flow)
        let folders = folders(of: flow)
        let places = FlowTranslation.Places(
            bucket: { [self.world.directory, "buckets", $0.name].joined(separator: "/") + FlowBook.folder($0.prefix) },
            output: folders.output,
            refused: folders.refused)
        let node = try FlowTranslation(flow: flow, ends: ends, places: places).definition()
        return try PipelineLoader.load(
            text: DefinitionText.yaml(node), directory: world.directory, connectors: world.connectors,
            inputs: DefinitionInputs(environment: { _ in nil }))
    }

    // MARK: Profiles

    func profiles() throws -> [ProfileRecord] { try book.profiles() }
    /// - Throws: `ResourceNotFoundException`.
    func profile(_ name: String) throws -> ProfileRecord { try book.profile(name) }
    func registrations() throws -> [Registration] { try book.registrations() }
    /// - Throws: As `FlowBook`.
    func service(_ type: String, label: String?) throws -> ConnectedService { try book.service(type, label: label) }
    func service(of profile: ProfileRecord) throws -> ConnectedService { try book.service(of: profile) }

    func remove(_ profile: ProfileRecord) throws {
        _ = try catalog.removeDocument(ProfileRecord.kind, profile.name)
        _ = try catalog.removeDocument(Tags.kind, "connectorprofile/" + profile.name)
        if try catalog.connection(HouseName.of(profile.name)) != nil { try ConnectionStore(catalog).remove(HouseName.of(profile.name)) }
        entities.forget { $0.profile == profile.name }
    }
}
