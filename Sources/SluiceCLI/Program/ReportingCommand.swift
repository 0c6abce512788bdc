import ArgumentParser
import SluiceCatalog
import SluiceCore

/// A command that makes a `Report`; printing it is done in one place.
protocol ReportingCommand: ParsableCommand, Sendable {
    var output: OutputOptions { get }

    /// Does the work.
    ///
    /// - Throws: what `ErrorReport` can show.
    func report() async throws -> Report
}

extension ReportingCommand {
    /// Does the work and prints the result.
    func perform(_ console: Console) async throws -> CommandStatus {
        let report = try await report()
        if report.isStreamed { return report.status }
        if output.json {
            console.out.write(KnownSecrets.masked(report.json).indentedJSON)
        } else {
            console.out.write(report.text(width: console.out.width, style: console.out.style))
        }
        return report.status
    }
}

/// Options of every command.
struct OutputOptions: ParsableArguments, Sendable {
    @Flag(name: .long, help: "Print one JSON document with stable keys.")
    var json = false
}

/// Options of every command that needs the state.
struct HomeOptions: ParsableArguments, Sendable {
    @Option(
        name: .long,
        help: ArgumentHelp("Directory of the state. Otherwise SLUICE_HOME, otherwise .sluice.", valueName: "dir"),
        completion: .directory)
    var home: String?

    /// Where the state is.
    var directory: String { Self.directory(named: home) }

    /// - Parameter home: what `--home` says, if it was given.
    static func directory(named home: String?) -> String {
        if let home, !home.isEmpty { return home }
        if let variable = Environment.value("SLUICE_HOME"), !variable.isEmpty { return variable }
        return ".sluice"
    }
}
