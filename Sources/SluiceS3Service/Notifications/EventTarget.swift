import SluiceServer

/// Whom a notification names: as functions, for which jobs stand here, or as workflows of Glue.
package enum EventTarget: Hashable, Sendable {
    case job(String)
    case workflow(String)

    /// What stands before a workflow's name in ARNs and in the store; no name of a function has a slash.
    private static let workflowStart = "workflow/"

    /// Nil for what is neither.
    init?(_ arn: ResourceARN) {
        if let name = arn.functionName {
            self = .job(name)
        } else if arn.service == "glue", let name = arn.name(behind: Self.workflowStart) {
            self = .workflow(name)
        } else {
            return nil
        }
    }

    /// As the store has it.
    init(text: String) {
        self = text.hasPrefix(Self.workflowStart) ? .workflow(String(text.dropFirst(Self.workflowStart.count))) : .job(text)
    }

    package var text: String {
        switch self {
        case .job(let name): name
        case .workflow(let name): Self.workflowStart + name
        }
    }
}
