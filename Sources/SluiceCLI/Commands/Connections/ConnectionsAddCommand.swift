import ArgumentParser
import Glibc
import SluiceConnectors
import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS

struct ConnectionsAddCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "add", abstract: "Keep a connection, in place of one of the same name.",
            discussion: """
                Settings are said with --set. Secret ones are named with --secret: each is asked for on a terminal, without showing it, and \
                is otherwise a line of standard input, in the order of the options. `\(program) connectors NAME` says which settings a \
                connector has.

                Examples:
                  \(program) connections add acme zendesk --set subdomain=acme --set email=etl@acme.com --secret api_token
                  \(program) connections add crm salesforce --set domain=acme --set client_id=3MVG… --login
                  pass show stripe | \(program) connections add shop stripe --secret api_key
                  \(program) connections add warehouse postgresql --set host=db.example.com --set database=warehouse --set user=etl --secret password
                  \(program) connections add crm singer --set start_date=2024-01-01 --secret token
                """)
    }

    @Argument(help: "What definitions call it.") var name: String
    @Argument(help: "The connector, or the file that declares it.") var connector: String
    @Option(name: .long, help: ArgumentHelp("A setting that is no secret.", valueName: "name=value")) var set: [String] = []
    @Option(name: .long, help: ArgumentHelp("A secret setting.", valueName: "name")) var secret: [String] = []
    @Option(name: .long, help: ArgumentHelp("The service's address, in place of its own.", valueName: "url")) var url: String?
    @Flag(name: .long, help: "Log in with a browser: the address to open is printed.") var login = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let kind = try ConnectionKind(connector)
        var settings: [String: String] = [:]
        for pair in set {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw SluiceError(.usage, "--set takes name=value, and not \(pair.quotedForMessage)")
            }
            guard !kind.isSecret(parts[0]) else {
                throw SluiceError(
                    .usage, "\(parts[0]) is a secret, which is not taken from the command line, where others can see it",
                    remedy: "name it with --secret \(parts[0]); its value is asked for, or read from standard input")
            }
            settings[parts[0]] = parts[1]
        }
        if login, !kind.isService { _ = try kind.browser(settings, address: url) }
        var secrets = try read(session.console)
        if login {
            let (service, setting) = try kind.browser(settings.merging(secrets) { $1 }, address: url)
            secrets[setting] = try await logIn(service, session.console)
        }
        try kind.check(settings.merging(secrets) { $1 }, address: url)
        let replaced = try ConnectionStore(session.catalog()).set(
            name, connector: kind.connector, settings: settings, secrets: secrets, address: url,
            declaration: ServiceDeclarations.isFile(connector) ? WorkingDirectory.absolute(connector) : nil)
        return Report(
            [.line(replaced ? "\(name) was replaced" : "\(name) is kept")],
            json: .object(["name": .string(name), "connector": .string(kind.connector), "replaced": .boolean(replaced)]))
    }

    private func logIn(_ service: LoopbackLogin.Service, _ console: Console) async throws -> String {
        let token = try await Interruption.cancelling {
            try await LoopbackLogin(service).refreshToken { console.err.write("Open this address in a browser on this machine:\n\($0)\n") }
        }
        return token.value
    }

    private func read(_ console: Console) throws(SluiceError) -> [String: String] {
        guard !secret.isEmpty else { return [:] }
        var values: [String: String] = [:]
        if isatty(STDIN_FILENO) == 1 {
            for name in secret { values[name] = try SecretInput.read(prompt: "\(name): ", console: console) }
            return values
        }
        let text = try SecretInput.read(prompt: "", console: console)
        // One secret may have several lines, such as a key; of several, each is a line.
        let lines = secret.count == 1 ? [text] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == secret.count else {
            throw SluiceError(
                .usage, "standard input has \(lines.count) lines for \(secret.count) secrets", remedy: "write a line for each")
        }
        for (name, line) in zip(secret, lines) { values[name] = line }
        return values
    }
}
