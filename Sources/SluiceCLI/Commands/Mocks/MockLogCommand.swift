import ArgumentParser
import SluiceCore
import SluiceHTTP
import SluiceJSON

struct MockLogCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show the requests that came to services which `mock up` plays.")

    @Option(name: .long, help: "The port of `mock up`.") var port: Int
    @Option(name: .long, help: "Only those of one service.") var service: String?
    @Flag(name: .long, help: "Only those that broke a rule of the vendor.") var violations = false
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        var address = try WebAddress(parsing: "http://127.0.0.1:\(port)/_mock/log")
        if let service { address = address.adding([("service", service)]) }
        let client = WebClient(PooledTransport(), limiter: Limiter(), authenticator: FixedCredentials.none, policy: Self.impatient)
        let answer = try await client.send(WebRequest("GET", address, label: "mock"))
        guard let node = try? JSONParser.parse(answer.body) else {
            throw SluiceError(.serviceFailed, "port \(port) is not one of `mock up`", remedy: "name the port that it printed")
        }
        let all = node["requests"]?.elements ?? []
        let requests = all.filter { !violations || $0["violation"] != nil }
        let json = Value.object(["requests": .list(requests.map(Self.value))])
        guard !requests.isEmpty else { return Report([.line(Self.nothing(of: all.count))], json: json) }
        return Report(Self.blocks(requests, isDrawn: Invocation.current.console.out.isTerminal), json: json)
    }

    private static let titles = ["number", "service", "status", "request", "faults", "rule broken"]

    /// A table as wide as the terminal, or for programs whole cells with tabs between them.
    private static func blocks(_ requests: [JSONNode], isDrawn: Bool) -> [Report.Block] {
        let rows = requests.map { request in
            [
                "\(request["number"]?.integer ?? 0)", request["service"]?.string ?? "", "\(request["status"]?.integer ?? 0)",
                "\(request["method"]?.string ?? "") \(request["target"]?.string ?? "")",
                (request["faults"]?.elements ?? []).compactMap(\.string).joined(separator: " "), request["violation"]?.string ?? "",
            ]
        }
        guard isDrawn else {
            return ([titles] + rows).map { .verbatim($0.map { CellText.escaped($0) }.joined(separator: "\t")) }
        }
        var table = TextTable(titles.map { .init($0) })
        for row in rows { table.add(row) }
        return [.table(table)]
    }

    /// What is said where there is nothing to list.
    private static func nothing(of requests: Int) -> String {
        requests == 0 ? "There were no requests." : "No rule was broken by \(HumanText.count(Int64(requests), "request"))."
    }

    private static let impatient: RetryPolicy = {
        var policy = RetryPolicy()
        policy.attempts = 2
        return policy
    }()

    private static func value(_ request: JSONNode) -> Value {
        .object([
            "number": .number(request["number"]?.integer), "service": .text(request["service"]?.string),
            "method": .text(request["method"]?.string), "target": .text(request["target"]?.string),
            "status": .number(request["status"]?.integer), "time": .time(request["time"]?.integer.map { Int64($0) }),
            "faults": .texts((request["faults"]?.elements ?? []).compactMap(\.string)), "violation": .text(request["violation"]?.string),
        ])
    }
}
