import SluiceAWS
import SluiceCore
import SluiceKinesis
import SluiceLog
import SluiceStreams
import SluiceTestKit
import Testing

/// A backend that the conformance tests run on, and what is different about it.
struct BackendUnderTest: Sendable, CustomTestStringConvertible {
    /// What a peer lacks although its service has it, so that a test leaves it out there. Beside these, moto finds no shard for the last hash of
    /// a range, so no test uses one.
    enum Feature: Sendable {
        /// moto knows no UpdateMaxRecordSize, and forgets MaxRecordSizeInKiB.
        case recordSize
        /// moto lists all shards whatever the filter says.
        case shardFilters
        /// moto moves the records of a split or merged shard to its children, never ends a closed shard and names no children.
        case shardEnds
        /// moto takes any text for an iterator's and a sequence number's place.
        case checkedPlaces
        /// moto takes names that the service refuses.
        case checkedNames
    }

    var name: String
    var lacks: Set<Feature> = []
    /// A backend, and what has to be kept while it is used.
    var open: @Sendable () throws -> (streams: any StreamBackend, kept: any Sendable)

    var testDescription: String { name }

    func has(_ feature: Feature) -> Bool { !lacks.contains(feature) }

    /// The embedded log, and Kinesis as moto speaks it where that is there.
    static let all: [BackendUnderTest] = [embedded] + [moto].compactMap(\.self)

    private static let embedded = BackendUnderTest(name: "embedded") {
        let directory = try TemporaryDirectory()
        return (EmbeddedStreams(StreamStore(directory: directory.path("streams"))), directory)
    }

    private static let moto: BackendUnderTest? = MotoServer.shared.map { server in
        BackendUnderTest(
            name: "kinesis", lacks: [.recordSize, .shardFilters, .shardEnds, .checkedPlaces, .checkedNames]
        ) { (try KinesisStreams(.test(server.address), pacer: RetryPacer(clock: PatientClock(), random: { 0 })), server) }
    }
}

extension AWSSettings {
    /// For a server of a test.
    static func test(_ endpoint: String) -> AWSSettings {
        AWSSettings(
            AWSSettings.Options(
                region: "eu-west-1", endpoint: endpoint,
                credentials: AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden")), environment: { _ in nil }
        ) { _ in nil }
    }
}
