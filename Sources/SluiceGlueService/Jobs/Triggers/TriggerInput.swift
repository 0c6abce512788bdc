import SluiceCore
import SluiceSchedules
import SluiceServer

extension InputReader {
    /// The members of a trigger that a request has, beside its type.
    ///
    /// - Throws: `InvalidInputException` for what never makes anything run here.
    mutating func triggerMembers() throws(ServiceFault) -> [String: WireValue] {
        var members: [String: WireValue] = [:]
        members["Description"] = try text("Description", Rules.description).map { .text($0) }
        members["Schedule"] = try awsSchedule("Schedule").map { .text($0) }
        members["Actions"] = try structures("Actions", count: 0...100) { action throws(ServiceFault) in try action.triggerAction() }
            .map { .list($0) }
        members["Predicate"] = try structure("Predicate") { predicate throws(ServiceFault) in
            let conditions = try predicate.structures("Conditions", count: 0...500) { condition throws(ServiceFault) in
                try condition.triggerCondition()
            }
            return .structure([
                "Logical": .text(try predicate.text("Logical", TextRule(values: ["AND", "ANY"])) ?? "AND"),
                "Conditions": .list(conditions ?? []),
            ])
        }
        members["EventBatchingCondition"] = try structure("EventBatchingCondition") { condition throws(ServiceFault) in
            .structure([
                "BatchSize": .integer(Int64(try condition.requiredInteger("BatchSize", 1...100))),
                "BatchWindow": .integer(Int64(try condition.integer("BatchWindow", 1...900) ?? 900)),
            ])
        }
        return members
    }

    /// A cron expression in the form of AWS.
    mutating func awsSchedule(_ name: String) throws(ServiceFault) -> String? {
        guard let text = try text(name, Rules.search), !text.isEmpty else { return nil }
        guard text.hasPrefix("cron(") else { throw Faults.invalid("\(name) is no cron expression: \(text).") }
        do throws(ScheduleSyntaxError) {
            _ = try ScheduleExpression(text)
        } catch {
            throw Faults.invalid("\(name) is no cron expression: \(error.sluiceError(in: text, at: nil).message).")
        }
        return text
    }

    private mutating func triggerAction() throws(ServiceFault) -> WireValue {
        try refuse(["SecurityConfiguration": "what jobs write is not encrypted"])
        let (job, crawler) = (try text("JobName", Rules.name), try text("CrawlerName", Rules.name))
        guard (job == nil) != (crawler == nil) else { throw Faults.invalid("An action names a job or a crawler.") }
        let arguments = try jobArguments("Arguments")
        let timeout = try integer("Timeout", Rules.minutes)
        if crawler != nil, arguments?.isEmpty == false || timeout != nil {
            throw Faults.invalid("An action with a crawler has no Arguments and no Timeout.")
        }
        let late = try structure("NotificationProperty") { given throws(ServiceFault) in
            WireValue.structure(["NotifyDelayAfter": try given.integer("NotifyDelayAfter", Rules.minutes).map { .integer(Int64($0)) }])
        }
        return .structure([
            "JobName": .some(job), "CrawlerName": .some(crawler), "Arguments": arguments.map { .map($0) },
            "Timeout": timeout.map { .integer(Int64($0)) }, "NotificationProperty": late,
        ])
    }

    private mutating func triggerCondition() throws(ServiceFault) -> WireValue {
        let (job, crawler) = (try text("JobName", Rules.name), try text("CrawlerName", Rules.name))
        guard (job == nil) != (crawler == nil) else { throw Faults.invalid("A condition names a job or a crawler.") }
        let state = try text("State", TextRule(values: ["SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT"]))
        let crawlState = try text("CrawlState", TextRule(values: ["SUCCEEDED", "FAILED", "CANCELLED"]))
        guard (job == nil) == (state == nil), (crawler == nil) == (crawlState == nil) else {
            throw Faults.invalid("A condition of a job has a State, one of a crawler a CrawlState.")
        }
        return .structure([
            "LogicalOperator": .text(try text("LogicalOperator", TextRule(values: ["EQUALS"])) ?? "EQUALS"), "JobName": .some(job),
            "State": .some(state), "CrawlerName": .some(crawler), "CrawlState": .some(crawlState),
        ])
    }
}
