import SluiceCore
package import SluiceServer

typealias AppFlowCall = RestCall<AppFlowHome>
typealias AppFlowOperation = RestOperation<AppFlowHome>

/// AppFlow: flows between services and buckets of the port, which are Sluice's own flows; the API of 2020-08-23.
package enum AppFlowService {
    /// The service for the port. `AppFlowHome.begin` goes on with what an earlier server had begun.
    package static func make(_ home: AppFlowHome) -> RestService<AppFlowHome> {
        RestService(
            name: "appflow", failure: "InternalServerException", bodyBytes: AppFlowLimits.bodyBytes, context: home,
            operations: operations.map { operation in
                AppFlowOperation(operation.name, operation.method, operation.path) { call in
                    try call.checkAccount()
                    do {
                        return try await operation.run(call)
                    } catch {
                        throw Faults.fault(error)
                    }
                }
            }, reset: { try await $0.reset() }, drain: { $0.runs.stopAll() }, close: { await $0.close() })
    }

    /// By subject, a file each.
    static let operations: [AppFlowOperation] = [
        Flows.operations, FlowListing.operations, Executions.operations, Profiles.operations, Connectors.operations,
        Registrations.operations, Entities.operations, Tags.operations,
    ].flatMap(\.self)
}

extension RestCall where Context == AppFlowHome {
    /// - Throws: `AccessDeniedException` for a caller of another account than that of the state directory.
    func checkAccount() throws(ServiceFault) {
        guard caller.account != context.account else { return }
        throw ServiceFault(
            403, "AccessDeniedException",
            "The flows of the state directory are those of the account \(context.account), and the key of the request is of the account "
                + "\(caller.account). Use a key that names no account, or start the server with --account \(caller.account).")
    }

    /// The name of a resource: `flow/orders`.
    func arn(_ resource: String) -> WireValue { .text("arn:aws:appflow:\(caller.region):\(context.account):\(resource)") }
    /// Who is told to have made or changed something.
    var person: String { "arn:aws:iam::\(context.account):root" }
}
