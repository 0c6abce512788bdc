import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceScheduler

/// Brings a notice to a webhook, beside the scheduler and as long as that takes; or keeps one that a command did not take.
struct ScheduleDeliverCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver", abstract: "Post the notice on standard input to an address.", shouldDisplay: false)

    @Argument(help: "The address; or why the command that did not take the notice failed.") var words: [String]
    @Option(help: ArgumentHelp("The command that did not take the notice.", valueName: "command")) var failed: String?
    @Option(help: ArgumentHelp("The secret of the state that signs it.", valueName: "name")) var secret: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    /// Bytes of a notice.
    private static let noticeBytes = 1 << 20

    func report() async throws -> Report {
        var body: [UInt8] = []
        while let line = readLine(strippingNewline: false), body.count < Self.noticeBytes { body += Array(line.utf8) }
        let session = Session(home: state.directory)
        let text = words.joined(separator: " ")
        if let failed {
            try keep(body, .init("command", .string(failed)), text)
            return Report([.line("Kept.")], json: .object(["delivered": .boolean(false)]))
        }
        do {
            try await send(body, to: text, session)
        } catch {
            // Nobody sees what this process prints.
            try? keep(body, .init("address", .string(String(text.prefix { $0 != "?" }))), ErrorLine.text(error))
            throw error
        }
        return Report([.line("Delivered.")], json: .object(["delivered": .boolean(true)]))
    }

    private func send(_ body: [UInt8], to address: String, _ session: Session) async throws {
        var request = WebRequest("POST", try WebAddress(parsing: address), label: "notice", isRepeatable: true)
        request.body = body
        request.setHeader("content-type", "application/json")
        if let secret {
            guard let value = try session.existingCatalog().flatMap({ try SecretStore($0).value(secret) }) else {
                throw SluiceError(
                    .notFound, "there is no secret \(secret.quotedForMessage)", remedy: "set it with `secrets set \(secret)`")
            }
            request.setHeader("x-sluice-signature", WebhookSignature.text(value, body))
        }
        let client = WebClient(PooledTransport(), limiter: Limiter(), authenticator: FixedCredentials.none)
        _ = try await client.send(request)
    }

    /// Notices that nobody took are in `<home>/logs/notices.jsonl`.
    private func keep(_ body: [UInt8], _ target: Value.Member, _ reason: String) throws {
        var line: [UInt8] = []
        Value.structure([
            target, .init("error", .string(reason)), .init("notice", .string(String(decoding: body, as: UTF8.self))),
        ]).appendJSON(to: &line)
        try DiskFiles.createDirectories(state.directory + "/logs")
        try DiskFiles.append(line + [0x0A], to: state.directory + "/logs/notices.jsonl")
    }
}
