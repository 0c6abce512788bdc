import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceS3Service

@Suite("addresses that boto3 signs") struct PresignedTests {
    @Test("with keys: good ones of both forms hold, changed, expired and unsigned ones do not", .enabled(if: ClientTests.python != nil))
    func boto() async throws {
        let python = try #require(ClientTests.python)
        try await PortBench.run(keys: ["AKIDEXAMPLE": "hidden"]) { bench in
            let script = Repository.path("Tests/SluiceS3ServiceTests/Scripts/presigned.py")
            let result = try await Command(python, [script, "\(bench.server.port)"]).start().wait(timeout: .seconds(400))
            #expect(result.output == "ok\n", "\(result.transcript)")
        }
    }
}
