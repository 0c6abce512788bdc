import ArgumentParser
import SluiceCore
import SluiceLog

struct StreamDeleteCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a stream and all its records, for good.")

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Flag(name: [.customLong("yes"), .customLong("force")], help: "Really remove it.") var isSure = false
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.delete(name, isSure: isSure) }
        let session = Session(home: state.directory)
        let opened = try session.openStream(name)
        defer { opened.close() }
        let stream = try opened.describe()
        let contents = "\(HumanText.count(stream.recordCount, "record")), \(HumanText.bytes(stream.byteCount))"
        guard isSure else {
            throw SluiceError(
                .usage, "stream \(name.quotedForMessage) holds \(contents); nothing was removed",
                remedy: "say --yes to remove it and its records for good")
        }
        try session.streams.delete(name)
        return Report(
            [.line("Removed stream \(name) with \(contents).")],
            json: .object([
                "name": .string(name), "records": .number(stream.recordCount), "bytes": .number(stream.byteCount),
                "deleted": .boolean(true),
            ]))
    }
}
