package import SluiceJSON
import SluiceLoopback
import Synchronization

/// Plays several services on one loopback port, each below a path of its own name: `http://127.0.0.1:PORT/zendesk/api/v2/…`.
package final class MockServer: Sendable {
    /// What is played, and how.
    package struct Settings: Sendable {
        package var seed: UInt64 = 1
        package var rows = 10
        package var port = 0
        package var plan = FaultPlan()
        /// Refuses clients that break the vendors' rules, instead of only noting it.
        package var isStrict = false
        package var hasQuotas = true
        /// Microseconds since some moment; the virtual time goes on with it.
        package var ticks: @Sendable () -> Int64

        package init(ticks: @escaping @Sendable () -> Int64) { self.ticks = ticks }
    }

    /// Bytes of a request at most: more than the largest file of any service that is played.
    private static let bodyBytes = 256 << 20

    private let shared: MockShared
    private let server: LocalHTTPServer

    /// Names of all services that can be played.
    package static let names = services.keys.sorted()
    private static let services: [String: any MockService.Type] = [
        ZendeskMock.name: ZendeskMock.self, StripeMock.name: StripeMock.self, SlackMock.name: SlackMock.self,
        SalesforceMock.name: SalesforceMock.self, ServiceNowMock.name: ServiceNowMock.self,
        MarketoMock.name: MarketoMock.self,
    ]

    /// - Parameter names: Each one of `MockServer.names`.
    package init(_ names: [String], _ settings: Settings) throws {
        let world = MockWorld(
            names.compactMap { name in Self.services[name].map { (name, $0.init(seed: settings.seed, rows: settings.rows)) } }, settings)
        let shared = MockShared(world)
        server = try LocalHTTPServer(port: settings.port, bodyBytes: Self.bodyBytes, keepsRequests: false) { request, _ in
            shared.answer(request)
        }
        self.shared = shared
    }

    package var port: Int { server.port }
    package var address: String { server.address }

    /// Lets a virtual time pass.
    package func advance(micros: Int64) { shared.world.withLock { $0.skipped += micros } }

    package var journal: [JournalEntry] { shared.world.withLock { $0.journal } }
    package var violations: [JournalEntry] { journal.filter { $0.violation != nil } }

    /// All records of an entity that there are now.
    package func records(_ service: String, _ entity: String) -> [JSONNode] { shared.world.withLock { $0.records(service, entity) } }

    /// From now on these faults happen; the count of requests begins anew.
    package func plan(_ plan: FaultPlan) { shared.world.withLock { $0.begin(plan) } }
}

/// The world behind the server's answers.
private final class MockShared: Sendable {
    let world: Mutex<MockWorld>

    init(_ world: MockWorld) { self.world = Mutex(world) }

    func answer(_ request: LocalHTTPServer.Request) -> LocalHTTPServer.Answer { world.withLock { $0.answer(request) } }
}
