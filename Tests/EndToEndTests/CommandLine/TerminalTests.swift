import SluiceTestKit
import Testing

/// What a person at a terminal sees.
@Suite("on a terminal", .enabled(if: PseudoTerminal.isThere, "python3 is not there"))
struct TerminalTests {
    @Test("a run shows a bar with rows, bytes and rate, at most ten times a second")
    func progress() async throws {
        let project = try Project()
        try await project.writeSlowInput()
        try project.pipeline()
        let started = ContinuousClock.now
        let screen = try await onTerminal(project, "run pipeline.yaml")
        let seconds = Double((ContinuousClock.now - started).components.seconds + 1)
        let redraws = screen.split(separator: "\r").count { $0.contains("rows") }
        #expect(redraws >= 1, "\(screen)")
        #expect(Double(redraws) <= seconds * 11 + 2, "\(redraws) redraws in \(seconds) s")
        #expect(screen.contains("B/s") || screen.contains("rows/s"), "\(screen)")
    }

    @Test("NO_COLOR takes the colours away")
    func noColour() async throws {
        let project = try await CommandLineTests.finishedProject()
        let coloured = try await onTerminal(project, "run none.yaml")
        let plain = try await onTerminal(project, "run none.yaml", environment: ["NO_COLOR": "1"])
        #expect(coloured.contains("\u{1B}["), "\(coloured)")
        #expect(!plain.contains("\u{1B}[3") && !plain.contains("\u{1B}[1m"), "\(plain)")
    }

    /// All bytes that a command sent to a terminal of 80 columns.
    private func onTerminal(_ project: Project, _ arguments: String, environment: [String: String] = [:]) async throws -> String {
        var environment = environment
        environment["SLUICE_HOME"] = project.home
        environment["TERM"] = "xterm"
        let line = "'\(try BuiltProgram.sluice())' \(arguments)"
        return try await PseudoTerminal.run(line, environment: environment, directory: project.directory.root).output
    }
}
