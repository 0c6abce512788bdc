import ArgumentParser
import Glibc
import SluiceConnectors
import SluiceCore
import SluiceFormats
import SluiceLog
import SluiceStreams

struct StreamPutCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "put", abstract: "Put the lines of a file or of standard input into a stream.",
            discussion: """
                Each line is a record; empty lines are left out. Records of one key stay in order. Without a key option, records get \
                random keys and spread over the shards. The command ends when every record is stored, which means on disk unless the \
                stream's durability says otherwise; where input comes slowly, what came is stored before more is waited for. A line that is no record ends it; those before it are stored.

                Examples:
                  cat events.jsonl | \(program) stream put orders --key user.id
                  \(program) stream put orders orders.csv --key-column 2
                  tail -f app.log | \(program) stream put logs --partition-key web-1
                """)
    }

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: ArgumentHelp("The lines; - is standard input.", valueName: "file"), completion: .file()) var file = "-"
    @Option(help: ArgumentHelp("The key is this member of each line, a JSON object: id, user.id.", valueName: "path")) var key: String?
    @Option(name: .customLong("key-column"), help: ArgumentHelp("The key is this field of each line, from 1.", valueName: "number"))
    var keyColumn: Int?
    @Option(help: ArgumentHelp("What is between two fields for --key-column.", valueName: "character")) var delimiter: String?
    @Option(name: .customLong("partition-key"), help: ArgumentHelp("The key of all records.", valueName: "key")) var partitionKey: String?
    @Flag(name: .customLong("json-lines"), help: "Refuse lines that are no JSON; --key does so, too.") var jsonLines = false
    @Flag(help: "With --backend kinesis: pack records of a shard into one, as the Kinesis Producer Library does.") var aggregate = false
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if [key != nil, keyColumn != nil, partitionKey != nil].count(where: { $0 }) > 1 {
            throw ValidationError("choose one of --key, --key-column and --partition-key")
        }
        if let keyColumn, keyColumn < 1 { throw ValidationError("--key-column takes a number from 1") }
        if let delimiter {
            if keyColumn == nil { throw ValidationError("--delimiter needs --key-column") }
            if delimiter != "\\t", delimiter.utf8.count != 1 { throw ValidationError("--delimiter takes one ASCII character, or \\t") }
        }
        if aggregate, service.backend != .kinesis { throw ValidationError("--aggregate needs --backend kinesis") }
        if let partitionKey, partitionKey.isEmpty { throw ValidationError("--partition-key cannot be empty") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let keys = try keySource()
        if let service = try service.service() { return try await report(service, keys, session.console) }
        let stream = try session.openStream(name, for: .writing)
        defer { stream.close() }
        stream.watchLoad()
        let shardsBefore = stream.openShards.count
        let descriptor = try openInput()
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        if isatty(descriptor) == 1 { session.console.notice("every line is a record; Ctrl-D ends the input") }
        let input = LineInput(descriptor: descriptor, name: inputName, lineBytes: stream.configuration.recordBytes)
        let (checksJSON, inputName) = (jsonLines && key == nil, inputName)
        let started = ContinuousClock.now
        let result = try await Interruption.cancelling {
            var put = LinePut(stream, keys: keys, checksJSON: checksJSON, inputName: inputName)
            return try await put.run(input)
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        return report(result, seconds: seconds, shardsBefore: shardsBefore, shards: stream.openShards.count)
    }

    private func report(_ service: ServiceStreams, _ keys: RecordKeys, _ console: Console) async throws -> Report {
        let recordBytes = try await service.streams.describeStream(name).configuration.recordBytes
        let descriptor = try openInput()
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        if isatty(descriptor) == 1 { console.notice("every line is a record; Ctrl-D ends the input") }
        let put = ServicePut(
            streams: service.streams, stream: name, keys: keys, checksJSON: jsonLines && key == nil, packs: aggregate, inputName: inputName)
        let input = LineInput(descriptor: descriptor, name: inputName, lineBytes: recordBytes)
        let started = ContinuousClock.now
        let result = try await Interruption.cancelling { try await put.run(input) }
        return report(result, seconds: (ContinuousClock.now - started) / .seconds(1), shardsBefore: nil, shards: nil)
    }

    private func report(_ result: LinePut.Result, seconds: Double, shardsBefore: Int?, shards: Int?) -> Report {
        let rate = seconds > 0 ? Double(result.records) / seconds : 0
        let text =
            "Put \(HumanText.count(result.records, "record")), \(HumanText.bytes(result.bytes)), into \(name) in "
            + "\(HumanText.duration(seconds: seconds)): \(HumanText.short(rate)) records/s"
        var blocks: [Report.Block] = [.line(text)]
        if result.letters > 0 {
            blocks.append(
                .line(
                    "\(HumanText.count(result.letters, "record")) did not fit the stream's schema: \(name).dead-letters has them.", .warning
                ))
        }
        if let shardsBefore, let shards, shards != shardsBefore {
            blocks.append(.line("The load was spread: \(HumanText.count(shardsBefore, "open shard")) before, \(shards) now."))
        }
        return Report(
            blocks,
            json: .object([
                "stream": .string(name), "records": .number(result.records), "bytes": .number(result.bytes), "seconds": .float(seconds),
                "records_per_second": .float(rate), "dead_letters": .number(result.letters), "open_shards": .number(shards),
                "interrupted": .boolean(result.wasInterrupted),
            ]), status: result.wasInterrupted ? .interrupted : .done)
    }

    private var inputName: String { file == "-" ? SpooledInput.name : file }

    private func openInput() throws(SluiceError) -> Int32 {
        if file == "-" { return STDIN_FILENO }
        if DiskFiles.kind(of: file) == .directory {
            throw SluiceError(.usage, "\(file.quotedForMessage) is a directory", remedy: "name a file of lines, or - for standard input")
        }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw SluiceError(.fileNotFound, "there is no file \(file.quotedForMessage)") }
            throw .system(errno, cannot: "read", file)
        }
        return descriptor
    }

    private func keySource() throws(SluiceError) -> RecordKeys {
        if let key {
            guard let path = JSONPath(parsing: key) else {
                throw SluiceError(
                    .usage, "\(key.quotedForMessage) is no path to a member", remedy: "write names with dots, such as user.id")
            }
            return .member(path)
        }
        if let keyColumn {
            let character = delimiter == "\\t" ? 0x09 : delimiter?.utf8.first ?? UInt8(ascii: ",")
            return .field(keyColumn - 1, delimiter: character)
        }
        return partitionKey.map { .same(Array($0.utf8)) } ?? .random
    }
}
