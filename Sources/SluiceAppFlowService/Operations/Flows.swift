import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceServer

/// Making, changing, starting and stopping flows.
enum Flows {
    static let operations: [AppFlowOperation] = [
        AppFlowOperation("CreateFlow", "POST", "/create-flow", create), AppFlowOperation("UpdateFlow", "POST", "/update-flow", update),
        AppFlowOperation("DeleteFlow", "POST", "/delete-flow", delete), AppFlowOperation("StartFlow", "POST", "/start-flow", start),
        AppFlowOperation("StopFlow", "POST", "/stop-flow", stop),
    ]

    @Sendable private static func create(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("flowName", Rules.flowName)
        let key = try input.text("kmsArn", Rules.key)
        var document = try input.members(FlowShapes.flow)
        let tags = try input.map("tags", count: 0...AppFlowLimits.tags, key: Rules.tagKey, value: Rules.tagValue) ?? [:]
        try input.finish()
        let token = document.removing("clientToken")?.string
        if let key { throw Faults.invalid("The key \(key) is not supported: the state has a key of its own. Leave kmsArn out.") }
        let home = call.context
        let now = home.clock.nowMicros()
        let scheduled = document["triggerConfig"]?["triggerType"] == .text("Scheduled")
        // As it is read from the disk later, so that both are the same.
        guard let kept = WireValue(json: document.json) else { throw LayerRefusal.internalFailure }
        let flow = FlowRecord(
            name: name, document: kept, status: scheduled ? .draft : .active, micros: now, person: call.person, clientToken: token)
        if let known = try? home.flow(name) {
            guard let token, token == known.clientToken, known.document == kept else {
                throw Faults.conflict("Flow with name \(name) already exists.")
            }
            return answer(known, call)
        }
        try check(flow, home)
        guard try home.flows().count < AppFlowLimits.flows else {
            throw Faults.quota("An account has at most \(AppFlowLimits.flows) flows.")
        }
        if home.world.isTaken(flow.pipeline) {
            throw Faults.conflict("The project has a flow or pipeline \(flow.pipeline) of its own; choose another name.")
        }
        guard try home.catalog.addDocument(FlowRecord.kind, name, flow.value.json) else {
            throw Faults.conflict("Flow with name \(name) already exists.")
        }
        if !tags.isEmpty { try Tags.set(tags, "flow/" + name, home.catalog) }
        return answer(flow, call)
    }

    /// What no flow of Sluice does is refused here, and not when it runs.
    private static func check(_ flow: FlowRecord, _ home: AppFlowHome) throws {
        guard flow.trigger != "Event" else {
            throw Faults.invalid(
                "The trigger type Event is not supported: no connector of this port sends events. Use Scheduled or OnDemand.")
        }
        if flow.isScheduled, flow.schedule == nil {
            throw Faults.invalid("triggerProperties must have Scheduled for the trigger type Scheduled.")
        }
        if let schedule = try FlowSchedule(flow), schedule.isEmpty(flow) {
            throw Faults.invalid("The schedule has no time at which the flow would run.")
        }
        guard !flow.tasks.isEmpty else { throw Faults.invalid("You must specify a projection task or a MAP_ALL task.") }
        _ = try home.definition(of: flow)
        if let glue = flow.glue {
            guard case .bucket = try home.ends(of: flow).destination else {
                throw Faults.invalid("metadataCatalogConfig is for flows that write to a bucket.")
            }
            guard !flow.tasks.contains(where: { $0["taskType"] == .text("Partition") }) else {
                throw Faults.invalid("A flow with a Partition task registers no table: crawl its folder, which finds the partitions.")
            }
            _ = try home.catalog.database(TableRegistration.name(glue, flow.name).database)
        }
    }

    private static func answer(_ flow: FlowRecord, _ call: AppFlowCall) -> WireValue {
        .structure(["flowArn": call.arn("flow/" + flow.name), "flowStatus": .text(flow.status.rawValue)])
    }

    @Sendable private static func update(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("flowName", Rules.flowName)
        var document = try input.members(FlowShapes.flow)
        try input.finish()
        _ = document.removing("clientToken")
        guard let kept = WireValue(json: document.json) else { throw LayerRefusal.internalFailure }
        let home = call.context
        let before = try home.flow(name)
        guard !home.runs.isRunning(name) else { throw Faults.conflict("Flow \(name) is running; change it when it is done.") }
        var after = before
        after.document = kept
        after.updatedMicros = home.clock.nowMicros()
        after.updatedBy = call.person
        if after.trigger != before.trigger { after.status = after.isScheduled ? .draft : .active }
        let parts = ["sourceFlowConfig", "destinationFlowConfigList", "tasks"]
        if parts.contains(where: { before.document[$0] != kept[$0] }) { after.schemaVersion += 1 }
        try check(after, home)
        // Other records are read from the beginning.
        let bounds = [before.source != after.source, before.isIncremental != after.isIncremental, before.tasks != after.tasks]
        let isAnew = bounds.contains(true) || before.schedule?["firstExecutionFrom"] != after.schedule?["firstExecutionFrom"]
        try home.change(name) { $0 = after }
        if isAnew { _ = try home.catalog.forgetProgress(of: after.pipeline) }
        return .structure(["flowStatus": .text(after.status.rawValue)])
    }

    @Sendable private static func delete(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("flowName", Rules.flowName)
        let isForced = try input.boolean("forceDelete") ?? false
        try input.finish()
        let home = call.context
        let flow = try home.flow(name)
        if home.runs.isRunning(name) {
            guard isForced else { throw Faults.conflict("Flow \(name) is running; stop it first, or force the deletion.") }
            _ = home.runs.stop(name, [])
            await home.runs.wait(for: name)
        } else if flow.isScheduled, flow.status == .active, !isForced {
            throw Faults.conflict("Flow \(name) is active; stop it first, or force the deletion.")
        }
        try home.remove(flow)
        return .object([])
    }

    @Sendable private static func start(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("flowName", Rules.flowName)
        let token = try input.text("clientToken", Rules.clientToken)
        try input.finish()
        let home = call.context
        let flow = try home.flow(name)
        func answer(_ execution: String?) -> WireValue {
            .structure([
                "flowArn": call.arn("flow/" + name), "flowStatus": .text(FlowRecord.Status.active.rawValue),
                "executionId": execution.map { .text($0) },
            ])
        }
        if flow.isScheduled {
            if flow.status == .active { return answer(nil) }
            try home.change(name) { flow in
                flow.status = .active
                flow.statusMessage = nil
                flow.failures = 0
                flow.activeMicros = home.clock.nowMicros()
                flow.tick = nil
            }
            return answer(nil)
        }
        if let token, let known = try home.executions(of: name).first(where: { $0.clientToken == token }) { return answer(known.id) }
        return answer(try home.runs.start(flow, clientToken: token, home).id)
    }

    @Sendable private static func stop(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("flowName", Rules.flowName)
        try input.finish()
        let flow = try call.context.flow(name)
        guard flow.isScheduled else {
            throw Faults.unsupported("Flow \(name) runs on demand, so that it cannot be stopped; cancel its execution.")
        }
        guard flow.status == .active else { throw Faults.conflict("Flow \(name) is not active.") }
        let stopped = try call.context.change(name) { $0.status = .suspended }
        return answer(stopped, call)
    }
}

extension WireValue {
    /// Takes a member of an object away.
    mutating func removing(_ name: String) -> WireValue? {
        guard case .object(var members) = self, let index = members.lastIndex(where: { $0.name == name }) else { return nil }
        let value = members.remove(at: index).value
        self = .object(members)
        return value
    }
}
