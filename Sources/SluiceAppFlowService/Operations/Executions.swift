import SluiceCatalog
import SluiceCore
import SluiceServer

/// Executions of flows: their records, and how they are cancelled.
enum Executions {
    static let operations: [AppFlowOperation] = [
        AppFlowOperation("DescribeFlowExecutionRecords", "POST", "/describe-flow-execution-records") { call in
            var input = try call.input()
            let name = try input.requiredText("flowName", Rules.flowName)
            let limit = try input.integer("maxResults", 1...100) ?? AppFlowLimits.page
            let last = try ListToken.last(&input, "executions/" + name)
            try input.finish()
            _ = try call.context.flow(name)
            let all = try call.context.executions(of: name)
            let (page, token) = PageToken.page(
                all, after: last, limit: limit, "executions/" + name, isBehind: { $0 < $1 }, name: \.name)
            return .structure(["flowExecutions": .list(page.map(\.described)), "nextToken": token])
        },
        AppFlowOperation("CancelFlowExecutions", "POST", "/cancel-flow-executions") { call in
            var input = try call.input()
            let name = try input.requiredText("flowName", Rules.flowName)
            let ids = try input.texts("executionIds", count: 0...100, Rules.execution) ?? []
            try input.finish()
            let home = call.context
            _ = try home.flow(name)
            let stopped = home.runs.stop(name, ids)
            for execution in stopped {
                try home.catalog.change(ExecutionRecord.kind, execution.name) { value in
                    guard var record = value.flatMap(ExecutionRecord.init), record.status == .running else { return }
                    record.status = .stopping
                    record.updatedMicros = home.clock.nowMicros()
                    value = record.value
                }
            }
            let known = Set(stopped.map(\.id))
            return .structure(["invalidExecutions": .texts(ids.filter { !known.contains($0) })])
        },
    ]
}
