import SluiceCore
import SluiceJSON
import SluicePipelines
import SluiceProcesses

/// A tap or target: how it is started, and with which settings.
struct SingerProgram: Sendable {
    let command: [String]
    let config: SingerConfig
    /// Where it works.
    let directory: String
    let home: String
    let timeout: TimeSpan
    let log = SingerLog()

    init(_ options: OptionValues, in context: ConnectorContext) throws(SluiceError) {
        command = try options.strings(SingerConnector.name)
        guard command.first?.isEmpty == false, !command.contains(where: { $0.contains("\0") }) else {
            throw options.invalid(SingerConnector.name, "the command has no program", remedy: "for example: singer: tap-csv")
        }
        // Before the connection is read: what a killed process has left may belong to it.
        SingerScratch.removeAbandoned(home: context.home) { SingerSecrets.areKept(fromAbandoned: $0, in: context.catalog) }
        config = try SingerConfig(options, in: context)
        directory = context.directory
        home = context.home
        timeout = try options["timeout"]?.timeSpan() ?? TimeSpan(micros: SingerLimits.defaultTimeoutMicros)
    }

    /// As messages call it: the program without its folder.
    var name: String { command[0].split(separator: "/").last.map(String.init) ?? command[0] }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - files: What it is given beside its config, by the option: `--state` with the content of the file.
    ///   - flags: Behind these.
    func started(_ files: [(option: String, content: [UInt8])] = [], _ flags: [String] = [], writesLines: Bool = true) throws(SluiceError)
        -> SingerRun
    {
        let scratch = try SingerScratch(home: home)
        let (content, secrets) = try config.opened()
        if let secrets { _ = try scratch.write(SingerSecrets.noteName, secrets.note) }
        let configPath = try scratch.write(SingerSecrets.configName, content)
        var words = command + ["--config", configPath]
        for file in files { words += [file.option, try scratch.write("\(file.option.drop { $0 == "-" }).json", file.content)] }
        let child = try ChildProcess(
            words + flags, directory: directory, patience: .init(micros: timeout.micros, text: timeout.description),
            writesLines: writesLines)
        child.onErrors = { [log] in log.take($0) }
        return SingerRun(child: child, scratch: scratch, secrets: secrets)
    }

    /// The catalog that the tap finds.
    ///
    /// - Throws: `execFailed` with its last words; `tapFailed` for what is no catalog.
    func discovered() async throws -> JSONNode {
        let run = try started([], ["--discover"], writesLines: false)
        try await run.child.exchangeSuspending { run.child.receivedCount > SingerLimits.catalogBytes }
        guard run.child.receivedCount <= SingerLimits.catalogBytes else {
            throw SluiceError(.limitExceeded, "the catalog of \(name) has more than \(SingerLimits.catalogBytes >> 20) MiB")
        }
        do {
            try await run.finish()
        } catch let error as SluiceError {
            throw failure(error, "finding its streams: ", remedy: "if it cannot do that, give it a catalog: catalog: FILE")
        }
        guard let catalog = try? JSONParser.parse(run.child.takeBytes()), catalog["streams"] != nil else {
            throw SluiceError(
                .tapFailed, "\(name) wrote no catalog when asked for one (--discover)", remedy: "give it one: catalog: FILE")
        }
        return catalog
    }

    /// An error of the child with the program's name.
    func failure(_ error: SluiceError, _ doing: String = "", remedy: String? = nil) -> SluiceError {
        guard error.code == .execFailed else { return error }
        var named = error
        named.message = "\(name): \(doing)\(error.message)"
        named.remedy = remedy ?? error.remedy
        return named
    }
}

/// A program that runs, with the files that it was given. However it ends, the secrets that it has changed are kept.
final class SingerRun: Sendable {
    let child: ChildProcess
    private let scratch: SingerScratch
    private let secrets: SingerSecrets?

    init(child: ChildProcess, scratch: SingerScratch, secrets: SingerSecrets?) {
        self.child = child
        self.scratch = scratch
        self.secrets = secrets
    }

    deinit { end() }

    /// Its output has ended: waits for its end.
    ///
    /// - Throws: `execFailed`.
    func finish() async throws {
        defer { keepSecrets() }
        try await child.finishSuspending()
    }

    /// Kills it; its files are gone with the last use.
    func end() {
        child.end()
        keepSecrets()
    }

    private func keepSecrets() {
        if let secrets, !secrets.areKept(from: scratch.directory) { scratch.leave() }
    }
}
