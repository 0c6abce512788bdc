import SluiceTestKit
import Testing

@Suite("plans as graphs")
struct PlanGraphTests {
    @Test("the main job's plan is a well-formed picture and a flow chart")
    func graph() async throws {
        let project = try Project()
        let definition = Repository.path("pipelines/delayed-flights.yaml")
        let svg = try await project.sluice("plan", definition, "--graph", "svg")
        #expect(svg.exitCode == 0 && svg.output.hasPrefix("<svg "), "\(svg.transcript)")
        if InstalledProgram.succeeds("python3", ["-c", "import xml.dom.minidom"]) {
            var check = Command("python3", ["-c", "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)"])
            check.input = .text(svg.output)
            let parsed = try await check.run()
            #expect(parsed.exitCode == 0, "\(parsed.transcript)")
        }
        let json = try await project.json("plan", definition, "--graph", "mermaid")
        #expect(json["format"]?.text == "mermaid" && json["graph"]?.text?.contains("flowchart TD\n") == true, "\(json)")
        #expect(json["graph"]?.text?.contains("stream flights") == true && json["graph"]?.text?.contains("source of 3 join") == true)
        let wrong = try await project.sluice("plan", definition, "--graph", "png")
        #expect(wrong.exitCode == 2)
    }
}
