import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamVerifyCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read all of a stream, check every record, and set damage aside.",
        discussion: """
            Every good record stays in its place. A damaged segment is kept as it was under another name. Exits with 1 if anything was \
            damaged or missing, also while a segment that was set aside earlier lies there; remove it when it is of no use any more. A \
            write that a crash cut off was never acknowledged and is no damage.
            """)

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let stream = try Session(home: state.directory).openStream(name, for: .writing)
        defer { stream.close() }
        var found = stream.recovery
        found.findings += try stream.verify().findings
        let lying = try stream.setAside()
        found.findings += lying.filter { [found] in !found.keeps($0.segment) }
        let contents = try stream.describe()
        let isHealthy = !found.findings.contains(where: \.isDamage)
        var blocks = found.findings.map { Report.Block.check($0.isDamage ? .failed : .warned, $0.description) }
        blocks += try stream.losses().filter { !found.names($0) }.map { .check(.warned, $0.description) }
        let checked = "\(HumanText.count(contents.recordCount, "record")) in \(HumanText.count(contents.shards.count, "shard"))"
        blocks.append(isHealthy ? .check(.passed, "\(name): \(checked)") : .line("\(name): damage in \(checked)", .bad))
        let json = Value.object([
            "stream": .string(name), "healthy": .boolean(isHealthy), "records": .number(contents.recordCount),
            "missing_records": .number(contents.missingCount),
            "bytes": .number(contents.byteCount), "findings": .list(found.findings.map(\.json)),
        ])
        return Report(blocks, json: json, status: isHealthy ? .done : .failed)
    }
}

extension RecoveryReport {
    /// Whether a segment was set aside under a path just now.
    fileprivate func keeps(_ path: String) -> Bool {
        findings.contains { if case .quarantined(_, path) = $0.kind { true } else { false } }
    }

    /// Whether records that are missing were found to be just now.
    fileprivate func names(_ loss: Finding) -> Bool { findings.contains { $0.shard == loss.shard && $0.kind == loss.kind } }
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
        case .lying(let bytes): members += [.init("kind", .string("set-aside")), .init("bytes", .number(bytes))]
        case .missing(let range):
            members += [
                .init("kind", .string("missing")), .init("first_sequence", .string(String(range.lowerBound))),
                .init("end_sequence", .string(String(range.upperBound))),
            ]
        }
        return .structure(members + [.init("message", .string(description))])
    }
}
