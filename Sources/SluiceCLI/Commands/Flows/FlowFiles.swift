import SluiceAppFlowService
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluicePipelines

/// The flows of a project: the definitions in `pipelines/` that begin with `flow`.
struct FlowFiles {
    /// One of them, as far as its file tells without being checked.
    struct Flow: Sendable {
        var name: String
        /// Its file; nil for one that a client of AppFlow made.
        var file: String?
        /// The pipeline that it becomes.
        var pipeline: String
        var root: DefinitionNode

        init(_ name: String, file: String, _ root: DefinitionNode) {
            (self.name, self.file, pipeline, self.root) = (name, file, name, root)
        }

        /// One that a client made.
        init(_ flow: FlowRecord, _ book: FlowBook) throws {
            (name, file, pipeline, root) = (flow.name, nil, flow.pipeline, try book.definition(of: flow))
        }

        /// Where it is kept, for people.
        var place: String { file ?? "made by a client of AppFlow" }

        /// Where records come from: `salesforce accounts`.
        var source: String { Self.end(root[key: "source"], as: .source) }

        /// Where rows go, by connector and main option.
        var destinations: [String] {
            if let node = root[key: "destination"] { return [Self.end(node, as: .sink)] }
            guard case .mapping(let entries)? = root[key: "destinations"]?.content else { return [] }
            return entries.map { "\($0.key): \(Self.end($0.value, as: .sink))" }
        }

        /// How a run chooses its records.
        var pull: String { (root[key: "pull"].flatMap { try? ($0[key: "mode"] ?? $0).string() }) ?? "" }

        /// What makes it run: a person, the clock, or an event.
        var trigger: String {
            guard let node = root[key: "schedule"] else { return "on demand" }
            guard node.isMapping else { return (try? node.string()) ?? "schedule" }
            let times = (node[key: "at"]?.oneOrMany() ?? []).compactMap { try? $0.string() }
            let others = ["on": "event", "after": "after other jobs"].filter { node[key: $0.key] != nil }.map(\.value).sorted()
            return (times + others).joined(separator: ", ")
        }

        private static func end(_ node: DefinitionNode?, as end: PipelineEnd) -> String {
            guard case .mapping(let entries)? = node?.content else { return "" }
            let known = ConnectorRegistry.standard.connectors(with: end).map(\.name)
            guard let entry = entries.first(where: { known.contains($0.key) }) ?? entries.first else { return "" }
            return entry.key + " " + entry.value.oneOrMany().compactMap { try? $0.string() }.joined(separator: ", ")
        }
    }

    /// By name.
    ///
    /// - Throws: What is wrong with the YAML of one of the files, placed.
    static func all() throws -> [Flow] {
        let (flows, broken) = try readable()
        if let broken { throw broken }
        return flows
    }

    /// Those whose files can be read, by name, and what is wrong with the first one that cannot.
    private static func readable() throws -> (flows: [Flow], broken: SluiceError?) {
        var flows: [Flow] = []
        var broken: SluiceError?
        for result in try DeclarationFiles.results(below: DefinitionSearch.directory, withAnyOf: [FlowKeys.flow]) {
            do throws(SluiceError) {
                let file = try result.get()
                guard let name = try file.root[key: FlowKeys.flow]?.string() else { continue }
                flows.append(Flow(name, file: file.path, file.root))
            } catch {
                broken = broken ?? error
            }
        }
        return (flows.sorted { $0.name < $1.name }, broken)
    }

    /// Those that clients of AppFlow made, by name. One whose profile is gone is left out: it cannot run.
    static func ofClients(_ session: Session) throws -> [Flow] {
        guard let catalog = try session.existingCatalog() else { return [] }
        let book = FlowBook(catalog)
        return try book.flows().compactMap { flow in try? Flow(flow, book) }
    }

    private static func isSame(_ file: String?, _ other: String) -> Bool {
        file.map { WorkingDirectory.placed($0) == WorkingDirectory.placed(other) } ?? false
    }

    /// Flows of one name would share their bookmarks, and each have the rows of the other missing.
    static func doubled(_ flows: [Flow]) -> SluiceError {
        let files = flows.compactMap(\.file)
        return SluiceError(
            .alreadyExists, "the flow \(flows[0].name.quotedForMessage) is in \(files.joined(separator: " and in "))",
            at: files.last.map { .file(path: $0) }, remedy: "give one of them another name")
    }

    /// The flow that a person wants to see, by name or file, or made by a client.
    ///
    /// - Throws: As `find`.
    static func find(_ name: String, orOfClients session: Session) throws -> Flow {
        do {
            return try find(name)
        } catch let error as SluiceError where error.code == .notFound {
            if let flow = try ofClients(session).first(where: { $0.name == name }) { return flow }
            throw error
        }
    }

    /// The flow that a person means, by name or file.
    ///
    /// - Throws: `notFound` with the nearest name; `usage` for a pipeline that is no flow.
    static func find(_ name: String) throws -> Flow {
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") || DiskFiles.kind(of: name) == .file {
            let root = try DeclarationFiles.read(path: name)
            guard let flow = root[key: FlowKeys.flow] else {
                throw SluiceError(
                    .usage, "\(name.quotedForMessage) is no flow: it has no key \"\(FlowKeys.flow)\"", at: .file(path: name),
                    remedy: "pipelines are run by `\(Invocation.current.programName) run`")
            }
            let found = Flow(try flow.string(), file: name, root)
            // A copy elsewhere is one of the same flow.
            let same = ((try? all()) ?? []).filter { $0.name == found.name }
            guard same.count < 2 || !same.contains(where: { isSame($0.file, name) }) else { throw doubled(same) }
            return found
        }
        // A file that somebody is writing hides no other.
        let (flows, broken) = try readable()
        let found = flows.filter { $0.name == name }
        if found.count > 1 { throw doubled(found) }
        if let found = found.first { return found }
        if let broken { throw broken }
        throw SluiceError(
            .notFound, "there is no flow \(name.quotedForMessage) in \(DefinitionSearch.directory)/",
            remedy: Suggestion.remedy(for: name, in: flows.map(\.name), noun: "flows") ?? "write one, or name its file")
    }
}

extension FlowFiles.Flow {
    /// - Parameter last: Its newest run.
    func json(_ last: RunRecord?) -> Value {
        .object([
            "flow": .string(name), "file": file.map { .string($0) } ?? .null, "source": .string(source),
            "destinations": .texts(destinations),
            "pull": .string(pull), "trigger": .string(trigger), "last_run": last?.json ?? .null,
        ])
    }
}
