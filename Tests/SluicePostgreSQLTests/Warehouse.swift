#if PostgreSQL
import SluiceAWS
import SluiceCatalog
import SluiceCodecs
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceJSON
import SluicePipelines
import SluicePostgreSQL
import SluiceS3
import SluiceTestKit
import Synchronization

/// A PostgreSQL that stands in for Redshift, and a bucket from which it is loaded.
///
/// All statements but COPY are carried out by the server as they are. What COPY does, `StandIn` does in its place.
struct Warehouse {
    static let bucket = "loads"
    static let role = "arn:aws:iam::123456789012:role/load"
    static let secrets = ["access_key_id": "AKIDHUSHHUSH", "secret_access_key": "hush/hush+hush"]

    let server: Server
    let objects: ObjectServer
    let standIn: StandIn
    let connectors: ConnectorRegistry

    init(fileBytes: Int = 1 << 20) throws {
        server = try Server()
        objects = try ObjectServer()
        standIn = StandIn(objects)
        connectors = ConnectorRegistry(
            ConnectorRegistry.standard.connectors.filter { $0.name != "redshift" } + [RedshiftConnector(standIn, fileBytes: fileBytes)])
        var site = S3Site()
        site.endpoint = objects.address
        let settings = AWSSettings(
            AWSSettings.Options(
                region: "eu-west-1", endpoint: objects.address,
                credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden")),
            environment: { _ in nil }, readFile: { _ throws(SluiceError) in nil })
        S3Stores.use(
            try S3Service(
                bucket: Self.bucket, site: site, settings: settings, pacer: RetryPacer(clock: PatientClock(), random: { 1 }), timeScale: 0.2
            ))
        try keep()
    }

    /// Keeps the connection to the warehouse.
    func keep(_ more: [String: String] = [:], secrets: [String: String] = [:]) throws {
        // Redshift's own port is another.
        let settings = ["port": "5432"].merging(try server.settings()) { $1 }.merging(more) { $1 }
        _ = try ConnectionStore(server.catalog()).set("dw", connector: "redshift", settings: settings, secrets: secrets, address: nil)
    }

    /// The options of a sink, in braces.
    func sink(_ options: String, role: String? = Warehouse.role) -> String {
        let role = role.map { ", iam_role: \"\($0)\"" } ?? ""
        return "{redshift: \(options), connection: dw, staging: s3://\(Self.bucket)/rows, endpoint: \"\(objects.address)\"\(role)}"
    }

    func run(_ text: String, stoppingAt step: CommitStep? = nil) async throws {
        try await server.run(text, stoppingAt: step, connectors)
    }

    /// Loads rows of a file.
    func load(_ options: String, _ csv: String, columns: String = "{id: int64, name: string}", role: String? = Warehouse.role) async throws
    {
        try server.directory.write("in.csv", csv)
        try await run("source: {files: in.csv, format: csv, columns: \(columns)}\nsink: \(sink(options, role: role))\n")
    }

    /// Keys in the bucket, in order.
    var keys: [String] { objects.objects.keys.sorted() }
}

/// Does what Redshift does with COPY: reads the files that the manifest names, and puts their rows into the table, in the open transaction.
final class StandIn: RedshiftLoader {
    private struct State {
        var statements: [String] = []
        var failures = 0
    }

    private let objects: ObjectServer
    private let state = Mutex(State())

    init(_ objects: ObjectServer) { self.objects = objects }

    var statements: [String] { state.withLock { $0.statements } }

    /// The next loads fail, with the whole statement in the message.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    func load(_ copy: RedshiftCopy, in connection: PostgreSQLConnection) throws(SluiceError) {
        let fails = state.withLock { state in
            state.statements.append(copy.statement)
            state.failures -= 1
            return state.failures >= 0
        }
        if fails { throw SluiceError(.databaseStatement, "syntax error in \(copy.statement)") }
        let form = #/COPY (.+) \((.+)\) FROM 's3://([^']+)' .+ MANIFEST GZIP FORMAT AS JSON 'auto' TIMEFORMAT 'auto' DATEFORMAT 'auto'.*/#
        guard let match = copy.statement.wholeMatch(of: form) else {
            throw SluiceError(.databaseStatement, "no COPY: \(copy.statement)")
        }
        let (table, columns) = (String(match.output.1), String(match.output.2))
        for entry in try parsed(try bytes(String(match.output.3)))["entries"]?.elements ?? [] {
            guard let url = entry["url"]?.string, entry["mandatory"]?.boolean == true else {
                throw SluiceError(.databaseStatement, "an entry of the manifest is none: \(entry)")
            }
            let lines = try plain(try bytes(String(url.dropFirst("s3://".count)))).split(separator: UInt8(ascii: "\n"))
            let rows = "[" + lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]"
            _ = try connection.rows(
                "INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM json_populate_recordset(NULL::\(table), $1::json)", [rows])
        }
    }

    private func bytes(_ name: String) throws(SluiceError) -> [UInt8] {
        if let object = objects.objects[name] { return object.bytes }
        throw SluiceError(.databaseStatement, "there is no object \(name)")
    }

    private func parsed(_ bytes: [UInt8]) throws(SluiceError) -> JSONNode {
        if let node = try? JSONParser.parse(bytes) { return node }
        throw SluiceError(.databaseStatement, "the manifest is no JSON: \(String(decoding: bytes, as: UTF8.self))")
    }

    private func plain(_ bytes: [UInt8]) throws(SluiceError) -> [UInt8] {
        do {
            var source = try Codec.decompressed(MemorySource(bytes), path: "part.gz", as: .gzip)
            var plain: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { plain += buffer[..<count] }
            return plain
        } catch {
            throw SluiceError(.databaseStatement, "a file cannot be read: \(error)")
        }
    }
}

extension SluiceError.Code {
    fileprivate static let databaseStatement = Self("database-statement")
}
#endif
