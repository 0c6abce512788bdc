import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamVerifyCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read all of a stream, check every record, and set damage aside.",
        discussion: """
            Every good record stays in its place. A damaged segment is kept as it was under another name. Exits with 1 if anything was \
            damaged or missing. A write that a crash cut off was never acknowledged and is no damage.
            """)

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let stream = try Session(home: state.directory).openStream(name, for: .writing)
        defer { stream.close() }
        var found = stream.recovery
        found.findings += try stream.verify().findings
        let contents = try stream.describe()
        let isHealthy = !found.findings.contains(where: \.isDamage)
        var blocks = found.findings.map { Report.Block.check($0.isDamage ? .failed : .warned, $0.description) }
        let checked = "\(HumanText.count(contents.recordCount, "record")) in \(HumanText.count(contents.shards.count, "shard"))"
        blocks.append(isHealthy ? .check(.passed, "\(name): \(checked)") : .line("\(name): damage in \(checked)", .bad))
        let json = Value.object([
            "stream": .string(name), "healthy": .boolean(isHealthy), "records": .number(contents.recordCount),
            "bytes": .number(contents.byteCount), "findings": .list(found.findings.map(\.json)),
        ])
        return Report(blocks, json: json, status: isHealthy ? .done : .failed)
    }
}

extension RecoveryReport.Finding {
    /// Whether something is wrong with what was acknowledged.
    fileprivate var isDamage: Bool { if case .cutTail = kind { false } else { true } }

    fileprivate var json: Value {
        var members: [Value.Member] = [.init("shard_id", .string(shard.description)), .init("segment", .string(segment))]
        switch kind {
        case .cutTail(let bytes): members += [.init("kind", .string("cut-tail")), .init("bytes", .number(bytes))]
        case .quarantined(let bytes, let name):
            members += [.init("kind", .string("quarantined")), .init("bytes", .number(bytes)), .init("kept_as", .string(name))]
        case .missing(let range):
            members += [
                .init("kind", .string("missing")), .init("first_sequence", .string(String(range.lowerBound))),
                .init("end_sequence", .string(String(range.upperBound))),
            ]
        }
        return .structure(members + [.init("message", .string(description))])
    }
}
