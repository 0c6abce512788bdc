import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Synchronization

@testable import SluiceConnectors

/// A service that a test plays by a function, without a socket.
final class PlayedService: WebTransport {
    private let answer: @Sendable (WebRequest) -> WebAnswer
    /// Paths with their parameters, in order.
    let asked = Mutex<[String]>([])
    let pacing = Pacing(PatientClock(), wall: WallClock { 0 }, random: { 0.5 })

    init(_ answer: @escaping @Sendable (WebRequest) -> WebAnswer) { self.answer = answer }

    func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
        asked.withLock { $0.append(request.address.target) }
        return answer(request)
    }

    /// The source of one entity.
    ///
    /// - Parameter limiter: Of a state that several runs share; one of its own when nil.
    func source(
        _ declaration: ServiceDeclaration, _ entity: String, _ settings: [String: String] = [:], limiter: Limiter? = nil
    ) throws -> ServiceSource {
        var around = ServiceSession.Surroundings()
        around.transport = self
        around.pacing = pacing
        around.limiter = limiter ?? Limiter(pacing: pacing)
        return try ServiceSource(
            ServiceSession(declaration, settings, around), declaration.entity(entity), OptionValues([("slice_mb", .integer(1))]))
    }
}

extension WebAnswer {
    /// An answer of JSON.
    init(_ json: String, status: Int = 200) { self.init(status: status, body: Array(json.utf8)) }
}

/// Runs of a source slice by slice, each of which is committed.
final class PlayedRuns {
    private(set) var positions: SourcePositions = [:]
    private(set) var rows: [[Value]] = []
    let notes = Notes()

    /// One run over what there is.
    func run(_ source: ServiceSource) async throws {
        var request = SliceRequest(limitBytes: 1 << 20, leavesUnfinished: false)
        request.note = { [notes] in notes.add($0) }
        while let slice = try await source.slice(after: positions, request) {
            rows += try await slice.source.readAll().rows
            positions.merge(slice.reached()) { $1 }
        }
    }
}

extension WebAddress {
    /// Path and parameters.
    var target: String { query.isEmpty ? path : "\(path)?\(query)" }
}
