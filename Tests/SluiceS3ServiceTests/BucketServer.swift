import Glibc
import SluiceAWS
import SluiceCore
import SluiceS3
import SluiceTestKit
import Synchronization

/// The service in a process of its own: our client blocks threads, of which a server in the same process may need the last one.
final class BucketServer: Sendable {
    private let directory: TemporaryDirectory
    private let running: Mutex<RunningCommand>
    private let address: String

    init() async throws {
        directory = try TemporaryDirectory()
        let sluice = try BuiltProgram.sluice()
        let program = (sluice.lastIndex(of: "/").map { String(sluice[..<$0]) } ?? ".") + "/bucket-server"
        let command = try Command(program, [directory.path("buckets")]).start()
        var address: Substring?
        for _ in 0..<9_000 where address == nil && command.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            address = command.outputSoFar.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first
        }
        guard let address else { throw CommandError("it did not begin: \(command.errorsSoFar.suffix(500))") }
        self.address = String(address)
        running = Mutex(command)
    }

    /// Our client's store of a bucket, which is made.
    func store(_ bucket: String) async throws -> S3Store {
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden")
        let endpoint = try AWSEndpoint(parsing: address)
        let request = SignableRequest("PUT", path: "/" + bucket, headers: [.init("Host", endpoint.host)], payload: .bytes([]))
        let answer = try await HTTPClientTransport().send(
            HTTPCall(endpoint: endpoint, request: request, timeout: .seconds(120), answerBytes: 1 << 20))
        guard answer.status == 200 else { throw SluiceError(.ioFailure, String(decoding: answer.body, as: UTF8.self)) }
        let settings = AWSSettings(
            AWSSettings.Options(region: "us-east-1", endpoint: address, credentials: credentials), environment: { _ in nil },
            readFile: { _ throws(SluiceError) in nil })
        let pacer = RetryPacer(clock: PatientClock(), random: { 1 })
        return S3Store(
            try S3Service(bucket: bucket, site: S3Site(), settings: settings, transport: HTTPClientTransport(), pacer: pacer, timeScale: 1))
    }
}
