import ArgumentParser
import SluiceCore
import SluiceLoopback
import SluiceMocks
import SluiceServer

struct MockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "Services that are played on a loopback port, for trying pipelines and for tests.",
        subcommands: [MockUpCommand.self, MockLogCommand.self])
}

struct MockUpCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "up", abstract: "Play services until interrupted.",
            discussion: """
                Data is generated: the same seed gives the same records and the same changes over time. Each service is below a path of its \
                name, and takes any credentials of the right form. POST /_mock/clock?advance=SECONDS lets time pass.

                Faults are a file such as {"faults": [{"fault": "throttle", "at": 3}, {"fault": "cut", "from": 5, "every": 4}]}; there are \
                \(MockFault.allCases.map(\.rawValue).joined(separator: ", ")).

                Examples:
                  \(program) mock up zendesk slack --rows 10000
                  \(program) mock up stripe --port 8090 --faults faults.json --strict
                """)
    }

    @Argument(help: "Services: \(MockServer.names.joined(separator: ", ")). All when none is named.") var services: [String] = []
    @Option(name: .long, help: "Tells one set of data from another.") var seed: UInt64 = 1
    @Option(name: .long, help: "Records of each kind, about.") var rows = 1_000
    @Option(name: .long, help: ArgumentHelp("Which requests meet which faults.", valueName: "file")) var faults: String?
    @Option(name: .long, help: "The port; a free one otherwise.") var port = 0
    @Flag(name: .long, help: "Refuse clients that break the vendors' rules.") var strict = false
    @Flag(name: .customLong("no-quotas"), help: "Take any number of requests.") var noQuotas = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for service in services where !MockServer.names.contains(service) {
            throw ValidationError("there is no mock of \"\(service)\"\nthere are \(MockServer.names.joined(separator: ", "))")
        }
        guard (1...10_000_000).contains(rows), (0...65_535).contains(port) else {
            throw ValidationError("--rows is from 1 to 10,000,000, --port from 0 to 65535")
        }
    }

    private func started(_ names: [String], _ settings: MockServer.Settings) throws -> MockServer {
        do {
            return try MockServer(names, settings)
        } catch let error as PortTaken {
            throw SluiceError(
                .addressInUse, error.description, remedy: "end the program that has it, or choose another with --port (0 for a free one)")
        }
    }

    func report() async throws -> Report {
        let console = Invocation.current.console
        var settings = MockServer.Settings { WallClock.system.nowMicros() }
        settings.seed = seed
        settings.rows = rows
        settings.port = port
        settings.isStrict = strict
        settings.hasQuotas = !noQuotas
        if let faults {
            let bytes = try DiskFiles.read(faults)
            do throws(FaultPlan.Malformed) {
                settings.plan = try FaultPlan(parsing: bytes)
            } catch {
                throw SluiceError(.usage, error.problem, at: .file(path: faults))
            }
        }
        let names = services.isEmpty ? MockServer.names : services
        let server = try started(names, settings)
        let lines = names.map { "\(server.address)/\($0)" }
        if output.json {
            console.out.write(
                Value.object(["port": .integer(Int64(server.port)), "services": .texts(lines)]).json + "\n")
        } else {
            for line in lines { console.out.write(line + "\n") }
        }
        try await Interruption.cancelling { while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) } }
        withExtendedLifetime(server) {}
        return .streamed(.done)
    }
}
