import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceLog

struct StreamDeleteCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a stream with all its records and consumer groups, for good.")

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Flag(name: .customLong("yes"), help: "Really remove it.") var isSure = false
    @Flag(name: .customLong("force"), help: "Remove it also while members of its groups are reading.") var isForced = false
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        if let service = try service.service() {
            let groups = try StreamGroups(of: service.groupedName(name), session)
            if !isForced { try groups.requireIdle() }
            let report = try await service.delete(name, isSure: isSure || isForced)
            try groups.delete()
            return report
        }
        let opened = try session.openStream(name)
        defer { opened.close() }
        let stream = try opened.describe()
        let contents = "\(HumanText.count(stream.recordCount, "record")), \(HumanText.bytes(stream.byteCount))"
        let groups = try StreamGroups(of: name, session)
        if !isForced { try groups.requireIdle() }
        guard isSure || isForced else {
            throw SluiceError(
                .usage, "stream \(name.quotedForMessage) holds \(contents); nothing was removed",
                remedy: "say --yes to remove it and its records for good")
        }
        try session.streams.delete(name)
        try groups.delete()
        let others = groups.names.isEmpty ? "" : " and \(HumanText.count(groups.names.count, "consumer group"))"
        return Report(
            [.line("Removed stream \(name) with \(contents)\(others).")],
            json: .object([
                "name": .string(name), "records": .number(stream.recordCount), "bytes": .number(stream.byteCount),
                "groups": .number(groups.names.count), "deleted": .boolean(true),
            ]))
    }
}
