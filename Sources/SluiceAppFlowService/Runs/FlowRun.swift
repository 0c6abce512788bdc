import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceSaaS
import SluiceServer

/// One execution of a flow: a run of its pipeline, the delivery of what it wrote, the table that is registered.
struct FlowRun: Sendable {
    let home: AppFlowHome
    let flow: FlowRecord
    let execution: ExecutionRecord

    /// Runs, and writes what came of it into the execution's record. Throws nothing: whatever happens stands there.
    func carryOut() async {
        var record = execution
        do {
            let schema = try await run()
            account(&record)
            // What was committed is delivered whatever becomes of the task.
            record.refused = try await Task { try await FlowDelivery(home: home, flow: flow, execution: execution).deliver() }.value
            if let schema, flow.glue != nil { register(schema, &record) }
            record.status = .succeeded
        } catch {
            account(&record)
            let delivery = Task { try await FlowDelivery(home: home, flow: flow, execution: execution).deliver() }
            record.refused = (try? await delivery.value) ?? 0
            let isStopped = Task.isCancelled
            record.status = isStopped ? .stopped : .failed
            record.message = isStopped ? "The execution was cancelled." : Self.message(error, home)
        }
        record.updatedMicros = home.clock.nowMicros()
        try? home.store(record)
        try? home.prune(flow.name)
        note(record.status)
    }

    /// What the flow's record says of runs that fail one after another.
    private func note(_ status: ExecutionRecord.Status) {
        _ = try? home.change(flow.name) { flow in
            flow.failures = status == .failed ? flow.failures + 1 : 0
            guard let most = flow.schedule?["flowErrorDeactivationThreshold"]?.whole, flow.failures >= most, flow.status == .active else {
                return
            }
            flow.status = .suspended
            flow.statusMessage = "The flow was deactivated because \(flow.failures) executions failed one after another."
        }
    }

    /// Runs the pipeline, again where records have fields that its plan did not know.
    ///
    /// - Returns: What was written to files; nil where the destination is a service.
    private func run() async throws -> Schema? {
        let definition = try home.definition(of: flow)
        try DiskFiles.createDirectories(home.folders(of: flow).whole)
        var context = home.world.planContext(definition)
        for plans in 1... {
            let plan = try await planned(definition, context)
            do {
                let summary = try await carryOut(plan)
                guard summary.isCut, plans < AppFlowLimits.plans else {
                    return try home.ends(of: flow).writesBucket == nil ? nil : plan.outputSchema
                }
            } catch let error as SluiceError where error.code == .newFields && plans < AppFlowLimits.plans {
                // The fields are known now; the next plan reads them.
            }
            context = home.world.planContext(definition)
        }
        return nil
    }

    /// An execution that cannot be planned is a run that failed, for whoever looks at the flow's history.
    private func planned(_ definition: PipelineDefinition, _ context: PlanContext) async throws -> LogicalPlan {
        do {
            return try await Planner.plan(definition, in: context)
        } catch {
            if let mistake = DefinitionErrors.list(error)?.first, !Task.isCancelled {
                let run = try home.catalog.beginRun(pipeline: definition.name, definitionHash: definition.hash)
                try home.catalog.failRun(run, mistake, report: RunReport())
            }
            throw error
        }
    }

    private func carryOut(_ plan: LogicalPlan) async throws -> RunSummary {
        let world = home.world
        guard plan.definition.isIncremental else {
            return try await PipelineRunner(catalog: world.catalog, streams: world.streams, home: world.directory).run(plan)
        }
        let runner = EpochRunner(
            catalog: world.catalog, streams: world.streams, home: world.directory, follow: FollowOptions(follows: false))
        return try await runner.run(plan)
    }

    /// Counts and windows of the runs that the execution had.
    private func account(_ record: inout ExecutionRecord) {
        let runs = (try? home.catalog.runs(pipeline: flow.pipeline, limit: AppFlowLimits.plans)) ?? []
        let began = home.catalog.clock.nowMicros() - (home.clock.nowMicros() - execution.startedMicros)
        for run in runs where run.startedMicros >= began && run.process == .current {
            record.bytesIn += run.report.bytesIn
            record.bytesOut += run.report.bytesOut
            record.rows += run.report.rowsOut
            for window in run.report.windows ?? [] {
                record.fromMicros = Self.smaller(record.fromMicros, window.from.flatMap(Self.micros))
                record.toMicros = max(record.toMicros ?? .min, window.to.flatMap(Self.micros) ?? .min)
            }
        }
        if record.toMicros == .min { record.toMicros = nil }
        if !flow.isIncremental { record.toMicros = execution.startedMicros }
    }

    private static func smaller(_ a: Int64?, _ b: Int64?) -> Int64? { [a, b].compactMap(\.self).min() }

    /// A bound of a window, which is a time in one of the forms of cursors.
    private static func micros(_ text: String) -> Int64? {
        [CursorForm.time, .seconds].lazy.compactMap { $0.place(of: text) }.first
    }

    /// In one line, without secrets, as long as records may have it.
    static func message(_ error: any Error) -> String { String(text(of: error).prefix(AppFlowLimits.messageCharacters)) }

    /// As `message`, where the error may name folders of the server: those of buckets are told by their addresses.
    static func message(_ error: any Error, _ home: AppFlowHome) -> String {
        let text = text(of: error).replacing(home.world.directory + "/buckets/", with: "s3://")
        return String(text.prefix(AppFlowLimits.messageCharacters))
    }

    private static func text(of error: any Error) -> String {
        if let fault = error as? ServiceFault { return fault.message }
        let mistakes = DefinitionErrors.list(error) ?? []
        if mistakes.isEmpty { return "The execution failed; the server's log has more." }
        return mistakes.map { placed(KnownSecrets.masked($0)) }.joined(separator: "; ")
    }

    /// With the object and the line, or the record; places in the definition, which the service writes, are nobody's.
    private static func placed(_ error: SluiceError) -> String {
        guard let place = error.location?.description, !place.hasPrefix("<") else { return Faults.told(error) }
        return "\(place): \(Faults.told(error))"
    }

    // MARK: Table

    private func register(_ schema: Schema, _ record: inout ExecutionRecord) {
        guard let bucket = try? home.ends(of: flow).writesBucket, let glue = flow.glue else { return }
        do {
            let name = try TableRegistration.name(glue, flow.name)
            record.table = name.table
            try TableRegistration.register(name, schema, bucket, flow, execution, home)
            record.tableMessage = "The table is registered."
        } catch {
            record.tableFailed = true
            record.tableMessage = Self.message(error, home)
        }
    }
}

extension AppFlowHome.World {
    /// What planning a flow may use.
    func planContext(_ definition: PipelineDefinition) -> PlanContext {
        PlanContext(
            connectors: connectors,
            connection: ConnectorContext(
                catalog: catalog, streams: streams, pipeline: definition.name, directory: definition.directory, home: directory),
            closures: closures)
    }
}
