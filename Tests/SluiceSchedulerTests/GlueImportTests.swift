import SluiceCore
import SluicePipelines
import SluiceScheduler
import Testing

@Suite("jobs out of AWS Glue") struct GlueImportTests {
    @Test("a workflow becomes declared jobs that fit together; what has no counterpart is told")
    func workflow() throws {
        let text = """
            {"Workflow": {"Name": "w", "DefaultRunProperties": {"stage": "prod"}, "Graph": {"Nodes": [
              {"Type": "TRIGGER", "Name": "start", "TriggerDetails": {"Trigger": {"Name": "start", "WorkflowName": "w", "Type": "SCHEDULED",
                "State": "ACTIVATED", "Schedule": "cron(15 12 * * ? *)", "Actions": [{"CrawlerName": "lake"}]}}},
              {"Type": "TRIGGER", "Name": "then", "TriggerDetails": {"Trigger": {"Name": "then", "Type": "CONDITIONAL", "State": "ACTIVATED",
                "Actions": [{"JobName": "load", "Arguments": {"--day": "monday", "--enable-metrics": "true"}, "Timeout": 90,
                  "NotificationProperty": {"NotifyDelayAfter": 30}}],
                "Predicate": {"Logical": "AND", "Conditions": [{"LogicalOperator": "EQUALS", "CrawlerName": "lake", "CrawlState": "SUCCEEDED"}]}}}},
              {"Type": "TRIGGER", "Name": "alarm", "TriggerDetails": {"Trigger": {"Name": "alarm", "Type": "CONDITIONAL", "State": "DEACTIVATED",
                "Actions": [{"JobName": "tell"}], "Predicate": {"Logical": "ANY", "Conditions": [
                  {"LogicalOperator": "EQUALS", "JobName": "load", "State": "FAILED"},
                  {"LogicalOperator": "EQUALS", "JobName": "load2", "State": "TIMEOUT"}]}}}},
              {"Type": "JOB", "Name": "load", "JobDetails": {}}], "Edges": []}}}
            """
        let found = try GlueImport(Array(text.utf8), pipelines: "../pipelines")
        #expect(found.jobs.map(\.name) == ["lake", "load", "load2", "tell"])
        #expect(
            found.jobs[1].yaml == """
                job: "load"
                description: "Glue: then"
                pipeline: "../pipelines/load.yaml"
                parameters:
                  "day": "monday"
                  "stage": "prod"
                schedule:
                  after: {jobs: ["lake"]}
                  timeout: 90m
                  expected_by: 30m

                """)
        #expect(found.jobs[0].yaml.contains("crawler: \"lake\"\nschedule:\n  at: \"cron(15 12 * * ? *)\"\n"))
        #expect(found.jobs[3].yaml.contains("after: {jobs: [\"load\", \"load2\"], when: any, states: [failed, timed_out]}\n  paused: true"))
        #expect(found.notes.count == 3)
        for word in ["--enable-metrics", "run properties (stage)", "another state"] {
            #expect(found.notes.contains { $0.contains(word) }, "\(found.notes)")
        }
        let set = try JobSet(found.jobs.map { try JobDeclaration(text: $0.yaml, path: $0.name, directory: "catalog") })
        #expect(set.names.count == 4)
    }

    @Test(
        "texts that are none of Glue's are refused with what helps",
        arguments: [
            ("{", "no JSON"), ("{}", "no triggers"), (#"{"Triggers": [{"Name": "x", "Type": "ODD"}]}"#, "has no Type that is known"),
        ])
    func mistakes(_ text: String, _ message: String) throws {
        let error = try #require(throws: SluiceError.self) { try GlueImport(Array(text.utf8), pipelines: ".") }
        #expect(error.message.contains(message) && error.remedy != nil)
    }
}
