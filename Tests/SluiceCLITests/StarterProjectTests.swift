import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("The starter project") struct StarterProjectTests {
    @Test("its pipeline is wrong as it comes, and right after the repair that its README asks for") func repair() async throws {
        let directory = try TemporaryDirectory()
        let project = directory.path("shop")
        let created = await sluice("init", project)
        #expect(created.status == .done && created.out.contains("./test.sh"))
        let expected = try directory.text("shop/tests/expected.csv")

        #expect(try await result(of: project, directory) != expected)
        let path = "shop/" + StarterProject(program: "sluice").pipelinePath
        try directory.write(path, try directory.text(path).replacing("quantity + unit_price", with: "quantity * unit_price"))
        #expect(try await result(of: project, directory) == expected)
    }

    private func result(of project: String, _ directory: TemporaryDirectory) async throws -> String {
        let run = await sluice("run", project + "/pipelines/daily-revenue.yaml", "--home", project + "/.sluice", "--quiet")
        try #require(run.status == .done, "\(run.err)")
        let files = directory.files(below: "shop/out").filter { $0.hasSuffix(".csv") }
        try #require(files.count == 1)
        return try directory.text("shop/out/" + files[0])
    }

    @Test("nothing is overwritten, and nothing written beside it") func keepsFiles() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("shop/README.md", "mine")
        let result = await sluice("init", directory.path("shop"))
        #expect(result.status == .wrongUsage && result.err.contains("error[already-exists]"))
        #expect(try directory.text("shop/README.md") == "mine")
        #expect(directory.files(below: "shop") == ["README.md"])
    }

    @Test("the test script is runnable") func script() async throws {
        let directory = try TemporaryDirectory()
        _ = await sluice("init", directory.path("shop"))
        let result = try await Command.shell("SLUICE=/nowhere/sluice ./test.sh", directory: directory.path("shop")).run()
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("SLUICE=/path/to/sluice ./test.sh"))
    }

    @Test("the next commands name a program that is not on the path by its whole path") func nextCommands() {
        let project = StarterProject(program: "sluice")
        #expect(
            project.nextCommands(directory: "my shop", executable: "sluice") == [
                "cd 'my shop'", "./test.sh", "sluice plan pipelines/daily-revenue.yaml",
            ])
        #expect(
            project.nextCommands(directory: ".", executable: "/x/sluice") == [
                "SLUICE=/x/sluice ./test.sh", "/x/sluice plan pipelines/daily-revenue.yaml",
            ])
    }
}
