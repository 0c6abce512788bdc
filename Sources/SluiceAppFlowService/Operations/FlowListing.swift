import SluiceServer

/// Flows as they are described and listed.
enum FlowListing {
    static let operations: [AppFlowOperation] = [
        AppFlowOperation("DescribeFlow", "POST", "/describe-flow") { call in
            var input = try call.input()
            let name = try input.requiredText("flowName", Rules.flowName)
            try input.finish()
            return try description(of: call.context.flow(name), call)
        },
        AppFlowOperation("ListFlows", "POST", "/list-flows") { call in
            var input = try call.input()
            let limit = try input.integer("maxResults", 1...100) ?? AppFlowLimits.page
            let last = try ListToken.last(&input, "flows")
            try input.finish()
            let (page, token) = PageToken.page(try call.context.flows(), after: last, limit: limit, "flows", name: \.name)
            return .structure(["flows": .list(try page.map { try summary(of: $0, call) }), "nextToken": token])
        },
    ]

    private static func description(of flow: FlowRecord, _ call: AppFlowCall) throws -> WireValue {
        let last = try call.context.executions(of: flow.name).first
        return .structure([
            "flowArn": call.arn("flow/" + flow.name), "description": flow.document["description"], "flowName": .text(flow.name),
            "flowStatus": .text(flow.status.rawValue), "flowStatusMessage": .some(flow.statusMessage),
            "sourceFlowConfig": flow.document["sourceFlowConfig"],
            "destinationFlowConfigList": flow.document["destinationFlowConfigList"], "lastRunExecutionDetails": last?.details,
            "triggerConfig": flow.document["triggerConfig"], "tasks": flow.document["tasks"],
            "createdAt": .time(micros: flow.createdMicros), "lastUpdatedAt": .time(micros: flow.updatedMicros),
            "createdBy": .text(flow.createdBy), "lastUpdatedBy": .text(flow.updatedBy),
            "tags": .map(try Tags.tags("flow/" + flow.name, call.context.catalog)),
            "metadataCatalogConfig": flow.document["metadataCatalogConfig"], "lastRunMetadataCatalogDetails": last?.catalogDetails,
            "schemaVersion": .integer(flow.schemaVersion),
        ])
    }

    private static func summary(of flow: FlowRecord, _ call: AppFlowCall) throws -> WireValue {
        func label(_ end: WireValue) -> WireValue? {
            guard end["connectorType"] == .text(ConnectorKind.custom.type), let name = end["connectorProfileName"]?.string else {
                return nil
            }
            return .some(try? call.context.profile(name).label)
        }
        return .structure([
            "flowArn": call.arn("flow/" + flow.name), "description": flow.document["description"], "flowName": .text(flow.name),
            "flowStatus": .text(flow.status.rawValue), "sourceConnectorType": flow.source["connectorType"],
            "sourceConnectorLabel": label(flow.source), "destinationConnectorType": flow.destination["connectorType"],
            "destinationConnectorLabel": label(flow.destination), "triggerType": .text(flow.trigger),
            "createdAt": .time(micros: flow.createdMicros), "lastUpdatedAt": .time(micros: flow.updatedMicros),
            "createdBy": .text(flow.createdBy), "lastUpdatedBy": .text(flow.updatedBy),
            "tags": .map(try Tags.tags("flow/" + flow.name, call.context.catalog)),
            "lastRunExecutionDetails": try call.context.executions(of: flow.name).first?.details,
        ])
    }
}
