import SluiceTestKit

extension Project {
    /// Starts `sluice up` with its port and nothing that is scheduled, and waits until it listens.
    ///
    /// - Parameters:
    ///   - port: 0: a free one.
    ///   - schedules: Whether it runs jobs, too.
    ///   - environment: Added to the tests' own.
    /// - Throws: `CommandError` with what it said, where it does not listen.
    func serve(
        port: String = "0", schedules: Bool = false, environment: [String: String] = [:], _ options: String...
    ) async throws -> (running: RunningCommand, port: String) {
        let file = directory.path("port-\(UInt64.random(in: 0 ... .max))")
        let arguments = ["up"] + (schedules ? [] : ["--no-schedule"]) + ["--port", port, "--port-file", file] + options
        let running = try command(arguments, environment: environment).start()
        for _ in 0..<15_000 where running.isRunning {
            if let text = try? TemporaryDirectory.contents(of: file), text.hasSuffix("\n") { return (running, String(text.dropLast())) }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CommandError("the server did not listen: \(running.outputSoFar)\(running.errorsSoFar)")
    }

    /// Starts mocks of services, and waits until they listen.
    ///
    /// - Returns: The address of all; a service is a path below it: `/zendesk`.
    /// - Throws: `CommandError` with what was said, where they do not listen.
    func mocks(_ services: String..., rows: Int) async throws -> (running: RunningCommand, address: String) {
        let running = try command(["mock", "up"] + services + ["--rows", "\(rows)", "--no-quotas"]).start()
        let last = "/" + (services.last ?? "")
        for _ in 0..<15_000 where running.isRunning {
            if let line = running.outputSoFar.split(separator: "\n").first(where: { $0.hasSuffix(last) }),
                let start = line.firstRange(of: "http://")
            {
                return (running, String(line[start.lowerBound...].dropLast(last.count)))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CommandError("the mocks did not listen: \(running.outputSoFar)\(running.errorsSoFar)")
    }
}
