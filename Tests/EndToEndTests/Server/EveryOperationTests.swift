import Glibc
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceAppFlowService
@testable import SluiceFirehoseService
@testable import SluiceGlueService
@testable import SluiceKinesisService
@testable import SluiceS3Service

/// What the sources say that the port offers and refuses, against what boto3 and the AWS CLI know of the services: nothing is left out.
@Suite("every operation of the port") struct EveryOperationTests {
    struct Offer: Sendable, CustomTestStringConvertible {
        var service: String
        var offered: [String]
        /// What the others are refused with, by name.
        var refused: [String: String] = [:]

        var testDescription: String { service }
    }

    private static let offers = [
        Offer(
            service: "kinesis", offered: KinesisService.operations.map(\.name),
            refused: KinesisService.refused.mapValues { _ in "InvalidArgumentException" }),
        Offer(service: "firehose", offered: FirehoseService.operations.map(\.name)),
        Offer(
            service: "s3", offered: S3Operation.all.filter { $0.refusal == nil }.map(\.name),
            refused: Dictionary(uniqueKeysWithValues: S3Operation.refusals.map { ($0.name, $0.refusal?.code ?? "") })),
        Offer(
            service: "glue", offered: GlueService.operations.map(\.name),
            refused: RefusedOperations.reasons.mapValues { _ in "InvalidArgumentException" }),
        Offer(service: "appflow", offered: AppFlowService.operations.map(\.name)),
    ]

    /// Runs a script of `Scripts/operations` against a server that is empty, and mocks of services.
    private func run(_ script: String, _ arguments: [String], python: String?) async throws {
        let python = try #require(python)
        let project = try Project()
        let (mocks, services) = try await project.mocks("salesforce", "zendesk", rows: 60)
        defer { mocks.signal(SIGKILL) }
        let (server, port) = try await project.serve(schedules: true)
        let file = Repository.path("Tests/EndToEndTests/Server/Scripts/operations/\(script).py")
        let environment = [
            "SLUICE_PORT_ADDRESS": "http://127.0.0.1:\(port)", "SLUICE_MOCKS_ADDRESS": services,
            "SLUICE_PROJECT_FOLDER": project.directory.root, "PYTHONDONTWRITEBYTECODE": "1",
        ]
        let result = try await Command(python, [file] + arguments, environment: environment).run(timeout: .seconds(900))
        #expect(result.exitCode == 0 && result.output.hasPrefix("ok "), "\(result.transcript)")
        server.signal(SIGTERM)
        let ended = try await server.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
    }

    @Test(
        "boto3 calls all that is offered, with its pages and waiters, and is refused the rest",
        .enabled(if: KinesisServerTests.boto3 != nil),
        arguments: offers)
    func operations(_ offer: Offer) async throws {
        #expect(Set(offer.offered).isDisjoint(with: offer.refused.keys))
        let refused = offer.refused.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        try await run("drive", [offer.service, offer.offered.joined(separator: ","), refused], python: KinesisServerTests.boto3)
    }

    @Test(
        "the AWS CLI's commands, pages and waiters act", .enabled(if: CommandLineClientTests.python != nil),
        arguments: ["s3", "streams", "glue"])
    func commands(_ part: String) async throws { try await run("cli", [part], python: CommandLineClientTests.python) }
}
