import SluiceBuckets
import SluiceCatalog
import SluiceCore
import SluiceKinesisService
import SluiceS3Service
import SluiceServer
import SluiceTestKit
import Synchronization

@testable import SluiceFirehoseService

/// Firehose with buckets, data streams and a catalog on a free port.
final class DeliveryBench: Sendable {
    let directory: TemporaryDirectory
    let catalog: Catalog
    let home: FirehoseHome
    let server: PortServer
    /// What people were told.
    let told = Lines()

    final class Lines: Sendable {
        private let held = Mutex<[String]>([])
        func add(_ line: String) { held.withLock { $0.append(line) } }
        var all: [String] { held.withLock { $0 } }
    }

    init(_ directory: TemporaryDirectory, functions: RecordFunctions = shouting) async throws {
        self.directory = directory
        var options = PortOptions(port: 0)
        options.allowsReset = true
        let catalog = try Catalog(home: directory.path("home"))
        self.catalog = catalog
        let store = try BucketStore(directory.path("home/buckets"))
        home = FirehoseHome(
            directory: directory.path("home"), options, buckets: store, catalog: { catalog }, functions: functions,
            tell: { [told] in told.add($0) })
        let kinesis = KinesisHome(directory: directory.path("home"), options)
        server = try await PortServer.start(
            options, services: [FirehoseService.make(home), KinesisService.make(kinesis), BucketService(store)])
        try home.begin()
    }

    /// A function `shout`, which puts texts in upper case; those that begin with `drop`, `bad` and `twice` have other outcomes.
    static let shouting = RecordFunctions(exists: { $0 == "shout" }) { _, records in
        records.flatMap { record -> [RecordFunctions.Result] in
            let text = String(decoding: record.data, as: UTF8.self)
            if text.hasPrefix("drop") { return [] }
            if text.hasPrefix("bad") { return [.init(id: record.id, .failed("it is bad"))] }
            let result = RecordFunctions.Result(id: record.id, .delivered(Array(text.uppercased().utf8)))
            return text.hasPrefix("twice") ? [result, result] : [result]
        }
    }

    /// Runs a test and ends the server behind it.
    static func run(_ body: (DeliveryBench) async throws -> Void) async throws {
        let bench = try await DeliveryBench(try TemporaryDirectory())
        do {
            try await body(bench)
        } catch {
            await bench.server.drain(within: .seconds(1))
            throw error
        }
        await bench.server.drain(within: .seconds(1))
    }

    /// Runs functions of the script in Python, with the address.
    func script(_ python: String, _ names: String...) async throws -> String {
        let script = Repository.path("Tests/SluiceFirehoseServiceTests/Scripts/firehose.py")
        let result = try await Command(python, [script, server.address] + names).start().wait(timeout: .seconds(900))
        return result.output.hasSuffix("ok\n") ? "ok" : result.transcript
    }
}
