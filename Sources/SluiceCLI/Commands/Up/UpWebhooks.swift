import SluiceCatalog
import SluiceCore
import SluiceLoopback
import SluicePipelines
import SluiceScheduler

/// The listener for webhooks beside the scheduler: on the loopback address, for a proxy of the machine in front of it.
final class UpWebhooks: Sendable {
    private let hooks: Webhooks
    private let receiver: HTTPReceiver

    /// - Parameter port: 0 for a free one.
    /// - Throws: `ioFailure` where the port is taken.
    init(port: Int, jobs: JobSet, _ catalog: Catalog) throws {
        let hooks = Webhooks(catalog: catalog, jobs: jobs) { name in try SecretStore(catalog).value(name) }
        self.hooks = hooks
        do {
            receiver = try HTTPReceiver(port: port, limits: Self.limits) { request in
                let answer = hooks.take(method: request.method, path: request.target, headers: request.headers, body: request.body)
                return HTTPReceiver.Answer(answer.status, answer.body, headers: ["Content-Type": "application/json"])
            }
        } catch {
            throw SluiceError(
                .ioFailure, "cannot listen on port \(port) of the loopback address: \(error)", remedy: "choose another port for --webhooks",
                underlying: error)
        }
    }

    /// A longer body is refused with 413.
    private static let limits = HTTPReceiver.Limits(bodyBytes: 1 << 20, connections: 256, requestSeconds: 30)

    func reload(_ jobs: JobSet) { hooks.reload(jobs) }

    /// What a person reads of it.
    var summary: String {
        let names = hooks.names
        return "webhooks: \(receiver.address)/hooks/"
            + (names.isEmpty ? "NAME; no job waits for one" : names.count == 1 ? names[0] : "{\(names.joined(separator: ","))}")
    }
}
