import ArgumentParser
import SluiceCore
import SluicePipelines

struct SecretsListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the names of secrets and when they were set; never their values.")

    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let secrets = try session.existingCatalog().map { try SecretStore($0).list } ?? []
        var table = TextTable([.init("secret", isWhole: true), .init("set")])
        for secret in secrets { table.add([secret.name, HumanText.time(micros: secret.updatedMicros)]) }
        let json = Value.object([
            "secrets": .list(secrets.map { .object(["name": .string($0.name), "set_at": .time($0.updatedMicros)]) })
        ])
        return Report(secrets.isEmpty ? [.line("There are no secrets.")] : [.table(table)], json: json)
    }
}
