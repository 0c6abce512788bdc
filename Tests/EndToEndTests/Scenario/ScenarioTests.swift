import Glibc
import SluiceTestKit
import Testing

@Suite("scenarios")
struct ScenarioTests {
    @Test("a pipeline's output is the expected text", arguments: Scenario.all)
    func scenario(_ scenario: Scenario) async throws {
        let outcome = try await scenario.run()
        let (name, text) = try await outcome.rendered()
        let folder = Scenario.folder + "/" + scenario.name
        let other = folder + "/" + (name == "expected.csv" ? "expected.txt" : "expected.csv")
        if GoldenFile.isUpdating { unlink(other) }
        #expect(access(other, F_OK) != 0, "\(other) is expected, but this came out:\n\(text)\n\(outcome.result.transcript)")
        let difference = try GoldenFile.difference(text, from: folder + "/" + name)
        #expect(difference == nil, "\(difference ?? "")\n\(outcome.result.transcript)")
    }
}
