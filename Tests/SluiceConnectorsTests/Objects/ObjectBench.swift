import SluiceAWS
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluiceS3
import SluiceTestKit

/// A bench whose connectors reach a server of objects in this process.
struct ObjectBench {
    static let bucket = "bench"

    let server: ObjectServer
    let bench: Workbench

    /// - Parameter keyID: Of the credentials; tells the requests of a process that is cut off from those of others.
    init(
        _ server: ObjectServer, directory: TemporaryDirectory? = nil, hooks: Catalog.Hooks = Catalog.Hooks(), keyID: String = "AKIDEXAMPLE"
    ) throws {
        self.server = server
        bench = try Workbench(directory: directory, hooks: hooks)
        var site = S3Site()
        site.endpoint = server.address
        let settings = AWSSettings(
            AWSSettings.Options(
                region: "eu-west-1", endpoint: server.address,
                credentials: AWSCredentials(accessKeyID: keyID, secretAccessKey: "hidden")),
            environment: { _ in nil }, readFile: { _ throws(SluiceError) in nil })
        S3Stores.use(
            try S3Service(
                bucket: Self.bucket, site: site, settings: settings, pacer: RetryPacer(clock: PatientClock(), random: { 1 }),
                timeScale: 0.2))
    }

    func source(_ yaml: String) async throws -> any Source { try await bench.source("\(yaml)\nendpoint: \"\(server.address)\"") }
    func sink(_ yaml: String) async throws -> any Sink { try await bench.sink("\(yaml)\nendpoint: \"\(server.address)\"") }

    /// Keys in the bucket, in order.
    var keys: [String] { server.objects.keys.map { String($0.dropFirst(Self.bucket.count + 1)) }.sorted() }

    func put(_ key: String, _ text: String) { server.put("\(Self.bucket)/\(key)", Array(text.utf8)) }

    /// Journals of uploads that are neither in place nor given up.
    var journals: [String] { (try? DiskFiles.list(bench.context.home + "/uploads")) ?? [] }

    /// What a command does before it runs anything: puts in place what is owed, and gives up what nobody commits.
    func recover() async throws {
        try await bench.publish()
        for connector in ConnectorRegistry.standard.connectors {
            await (connector as? any PublishingConnector)?.giveUpAbandoned(bench.catalog)
        }
    }

    /// All rows below a prefix, as text, sorted.
    func rows(_ prefix: String) async throws -> [String] {
        let found = try await source("files: s3://\(Self.bucket)/\(prefix)\nformat: csv").readAll().rows
        return found.map { $0.map(\.description).joined(separator: ",") }.sorted()
    }
}
