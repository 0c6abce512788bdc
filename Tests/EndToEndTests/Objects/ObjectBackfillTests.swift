import SluiceTestKit
import Testing

extension ObjectServer {
    /// What a program needs to reach the server.
    var environment: [String: String] {
        [
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_S3": address,
        ]
    }
}

/// Backfills whose units put their objects in place side by side.
@Suite("backfill into a bucket") struct ObjectBackfillTests {
    private let server: ObjectServer
    private let orders: BackfillProject

    init() throws {
        server = try ObjectServer()
        orders = try BackfillProject()
        for day in 1...6 { try orders.writeDay(day) }
    }

    /// The sum of the last column by day, over all objects.
    private var totals: [Int: Int] {
        var totals: [Int: Int] = [:]
        for (name, object) in server.objects {
            let day = name.split(separator: "day=").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
            for line in String(decoding: object.bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
                totals[day, default: 0] += line.split(separator: ",").last.flatMap { Int($0) } ?? 0
            }
        }
        return totals
    }

    @Test(
        "each unit replaces its partition, once",
        arguments: ["files: \"s3://backfills/out\"", "table: shop.orders, location: \"s3://backfills/out\""])
    func units(_ sink: String) async throws {
        for (factor, days) in [(1, 1...6), (10, 2...4)] {
            try orders.define(factor: factor, sink: sink)
            let result = try await orders.project.command(
                [
                    "backfill", "p.yaml", "--from", "2024-01-0\(days.lowerBound)", "--to", "2024-01-0\(days.upperBound + 1)", "--parallel",
                    "3",
                ], environment: server.environment
            ).run()
            #expect(result.exitCode == 0, "\(result.transcript)")
            for day in 1...6 { #expect(totals[day] == BackfillProject.rowsOfDay * (days.contains(day) ? factor : 1), "day \(day)") }
            #expect(server.objects.count == 6)
        }
        #expect(server.openUploads == [])
        #expect(TemporaryDirectory.files(below: orders.project.home + "/uploads").isEmpty)
    }
}
