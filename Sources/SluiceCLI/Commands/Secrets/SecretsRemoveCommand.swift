import ArgumentParser
import SluiceCore
import SluicePipelines

struct SecretsRemoveCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Forget a secret.")

    @Argument(help: "Its name.", completion: NameCompletion.secrets) var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        try SecretStore(session.requireCatalog(for: "secret \(name.quotedForMessage)")).remove(name)
        return Report([.line("\(name) was removed")], json: .object(["name": .string(name), "removed": .boolean(true)]))
    }
}
