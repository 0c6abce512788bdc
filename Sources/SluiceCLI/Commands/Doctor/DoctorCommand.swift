import ArgumentParser
import SluiceCore

struct DoctorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine and the state: what is linked, what is free, what is damaged.",
        discussion: "Each line says ok, warn or fail, and what to do. The exit code is 1 if a line says fail.")

    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let checks = ProgramChecks.all() + MachineChecks.all(home: state.directory) + StateChecks(home: state.directory).all()
        let isHealthy = !checks.contains { $0.status == .failed }
        let width = checks.reduce(0) { max($0, $1.name.count) }
        let blocks = checks.flatMap { check -> [Report.Block] in
            let line = Report.Block.check(check.status, CellText.padded(check.name, to: width) + "  " + check.detail)
            return [line] + (check.advice.map { [.paragraph($0, indent: width + 8, .dim)] } ?? [])
        }
        let json = Value.object(["healthy": .boolean(isHealthy), "checks": .list(checks.map(\.json))])
        return Report(blocks, json: json, status: isHealthy ? .done : .failed)
    }
}

/// One line of the doctor's report.
struct HealthCheck: Hashable, Sendable {
    var name: String
    var status: Report.Check
    var detail: String
    /// What to do; nil where nothing needs to be done.
    var advice: String?

    init(_ name: String, _ status: Report.Check = .passed, _ detail: String, advice: String? = nil) {
        (self.name, self.status, self.detail, self.advice) = (name, status, detail, advice)
    }

    var json: Value {
        .object([
            "name": .string(name), "status": .string(status.rawValue), "detail": .string(detail), "advice": .text(advice),
        ])
    }
}
