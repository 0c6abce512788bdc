import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceJSON
import SluicePipelines
import Synchronization

/// The records of one stream of a tap, which is the only split.
final class SingerSource: Source {
    let program: SingerProgram
    let stream: SingerCatalog.Stream
    let schema: Schema
    let notices: [String] = []
    /// What the tap is given; nil where it was asked for none.
    let catalog: JSONNode?
    /// How long a run that follows waits before the tap is run again.
    let pause: TimeSpan
    let reading = Mutex(SingerReading())
    private let layouts: StreamLayouts

    init(_ program: SingerProgram, _ options: OptionValues, in context: ConnectorContext) async throws {
        self.program = program
        let document: JSONNode
        if let path = try options.string("catalog") {
            let place = DatasetName.absolute(path, in: context.directory)
            let bytes = try DiskFiles.read(place)
            guard let read = try? JSONParser.parse(bytes), read["streams"] != nil else {
                throw SluiceError(.invalidOption, "the catalog is no JSON object with streams", at: .file(path: place))
            }
            document = read
        } else {
            document = try await program.discovered()
        }
        let catalog = SingerCatalog(document: document, tap: program.name)
        do throws(SluiceError) {
            stream = try catalog.stream(try options.require("stream").string())
        } catch {
            throw error.located(at: options.location(of: "stream"))
        }
        self.catalog = catalog.selecting(stream, replicationKey: try options.string("replication_key"))
        pause = try options["every"]?.timeSpan() ?? TimeSpan(micros: SingerLimits.defaultPauseMicros)
        let declared = try options.columnTypes("columns")
        var fields: [Field] = []
        if declared.isEmpty || stream.schema["properties"] != nil { fields = try SingerTypes.fields(stream.schema, of: stream.name) }
        for column in declared {
            if let place = fields.firstIndex(where: { $0.name == column.name }) {
                fields[place].type = column.type
            } else {
                fields.append(Field(column.name, column.type))
            }
        }
        schema = try Schema(fields)
        layouts = StreamLayouts(undescribed: FileLayout(format: JSONFormat.name, columns: fields.map(\.name), options: [:]))
    }

    /// The split's name, by which also the tap's state is kept: `singer/tap-csv/people`.
    var name: String { "\(SingerConnector.name)/\(program.name)/\(stream.id)" }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: name, bytes: nil)] }

    /// Everything that the tap gives when it has no state.
    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        SingerSplitReader(self, try started(state: nil), request, decoder: try decoder(request.columns))
    }

    func started(state: [UInt8]?) throws(SluiceError) -> SingerTap {
        try SingerTap(program, stream, catalog: catalog, state: state, known: Set(schema.names))
    }

    func decoder(_ columns: [String]) throws(SluiceError) -> FilePayloadDecoder {
        try layouts.fileDecoder(envelope: nil, columns: columns, of: schema)
    }
}

extension SingerSource: ProgramEnd {
    func logErrors(_ take: @escaping @Sendable (ArraySlice<UInt8>) -> Void) { program.log.begin(take) }
}

/// What a source knows of its tap while the process lives.
struct SingerReading {
    /// The tap that runs, and the state up to which its records were handed out.
    var running: (tap: SingerTap, state: [UInt8]?)?
    /// When the last one ended.
    var ended: ContinuousClock.Instant?
}
