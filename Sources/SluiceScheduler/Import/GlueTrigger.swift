import SluiceCore
import SluiceJSON

/// A trigger of AWS Glue, as `get-triggers` and `get-workflow` write it (Glue API reference, `Trigger`).
struct GlueTrigger {
    enum Kind: String { case scheduled = "SCHEDULED", conditional = "CONDITIONAL", onDemand = "ON_DEMAND", event = "EVENT" }

    struct Action {
        /// Of a job or of a crawler.
        var name: String
        var isCrawler: Bool
        var arguments: [String: String] = [:]
        var timeoutMinutes: Int?
        var notifyAfterMinutes: Int?
    }

    struct Condition {
        var name: String
        var isCrawler: Bool
        /// Of Glue: `SUCCEEDED`.
        var state: String
    }

    var name: String
    var kind: Kind
    var workflow: String?
    var isActive: Bool
    /// `cron(15 12 * * ? *)`.
    var schedule: String?
    var description: String?
    var actions: [Action]
    var isAny: Bool
    var conditions: [Condition]

    /// - Throws: `invalidArgument` where it is no trigger.
    init(_ node: JSONNode) throws(SluiceError) {
        guard let name = node["Name"]?.string else { throw SluiceError(.invalidArgument, "a trigger has no Name") }
        guard let kind = node["Type"]?.string.flatMap({ Kind(rawValue: $0) }) else {
            throw SluiceError(
                .invalidArgument, "the trigger \(name.quotedForMessage) has no Type that is known",
                remedy: "it is one of SCHEDULED, CONDITIONAL, ON_DEMAND and EVENT")
        }
        (self.name, self.kind) = (name, kind)
        workflow = node["WorkflowName"]?.string
        // One that was made and never started, or was stopped, does nothing.
        isActive = !["DEACTIVATED", "CREATED", "DEACTIVATING"].contains(node["State"]?.string ?? "ACTIVATED")
        schedule = node["Schedule"]?.string
        description = node["Description"]?.string
        actions = (node["Actions"]?.elements ?? []).compactMap(Self.action)
        isAny = ["ANY", "OR"].contains(node["Predicate"]?["Logical"]?.string ?? "AND")
        conditions = (node["Predicate"]?["Conditions"]?.elements ?? []).compactMap { condition in
            let crawler = condition["CrawlerName"]?.string
            guard let name = condition["JobName"]?.string ?? crawler else { return nil }
            return Condition(
                name: name, isCrawler: crawler != nil,
                state: condition["State"]?.string ?? condition["CrawlState"]?.string ?? "SUCCEEDED")
        }
    }

    private static func action(_ node: JSONNode) -> Action? {
        let crawler = node["CrawlerName"]?.string
        guard let name = node["JobName"]?.string ?? crawler else { return nil }
        var action = Action(name: name, isCrawler: crawler != nil)
        if case .object(let members)? = node["Arguments"] {
            for member in members { action.arguments[member.name] = member.value.string ?? "" }
        }
        action.timeoutMinutes = node["Timeout"]?.integer
        action.notifyAfterMinutes = node["NotificationProperty"]?["NotifyDelayAfter"]?.integer
        return action
    }
}
