import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

/// Daily budgets that are smaller than a window, and windows with more empty pages than a run reads.
@Suite("budgets that are spent")
struct SpentBudgetTests {
    private static let declaration = """
        connector: counted
        summary: Things.
        url: https://counted.example.com
        limits: [{requests: 20, per: 1 d}]
        entities:
          things:
            description: A thing.
            key: id
            fields: {id: int64}
            cursor: {field: id, form: number}
            read: {path: /things, query: {since: "{since}"}, records: data, size: 10, page: {kind: number, parameter: page, more: more}}
        """

    /// 300 things in pages of ten.
    private let service = PlayedService { request in
        func number(_ name: String) -> Int {
            let parameter = request.address.target.split(whereSeparator: { $0 == "?" || $0 == "&" }).first { $0.hasPrefix("\(name)=") }
            return parameter.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
        }
        let all = (1...300).filter { $0 >= number("since") }
        let page = number("page")
        let rows = all.dropFirst((page - 1) * 10).prefix(10).map { "{\"id\":\($0)}" }
        return WebAnswer("{\"data\":[\(rows.joined(separator: ","))],\"more\":\(page * 10 < all.count)}")
    }

    @Test("what was read is committed before the run ends with its error, and the next run goes on behind it") func goesOn() async throws {
        let declaration = try ServiceDeclaration(parsing: Self.declaration, path: "counted.yaml")
        let limiter = Limiter(pacing: service.pacing)
        let runs = PlayedRuns()
        let error = await #expect(throws: SluiceError.self) { try await runs.run(service.source(declaration, "things", limiter: limiter)) }
        #expect(error?.code == .quotaSpent)
        #expect(runs.rows.count == 200)
        // On the same day nothing is to be had.
        await #expect(throws: SluiceError.self) { try await runs.run(service.source(declaration, "things", limiter: limiter)) }
        #expect(runs.rows.count == 200)
        try await service.pacing.sleep(.seconds(86_401))
        try await runs.run(service.source(declaration, "things", limiter: limiter))
        #expect(runs.rows.map { $0[0] } == (1...300).map { .integer($0) })
        #expect(service.asked.withLock { $0 }.filter { $0.contains("since=0&") }.count == 30)
    }

    @Test("behind a thousand pages without a record a run ends with an error, and the next one goes on there") func emptyPages()
        async throws
    {
        let service = PlayedService { request in
            guard request.address.target.contains("since=0&") else { return WebAnswer("{\"data\":[],\"more\":false}") }
            let parameter = request.address.target.split(separator: "&").last { $0.hasPrefix("page=") }
            let page = parameter.flatMap { Int($0.dropFirst(5)) } ?? 0
            let rows = page == 1 ? "{\"id\":1}" : page == 1_500 ? "{\"id\":2}" : ""
            return WebAnswer("{\"data\":[\(rows)],\"more\":\(page < 1_500)}")
        }
        let declaration = try ServiceDeclaration(
            parsing: Self.declaration.replacing("limits: [{requests: 20, per: 1 d}]\n", with: ""), path: "sparse.yaml")
        let runs = PlayedRuns()
        let error = await #expect(throws: SluiceError.self) { try await runs.run(service.source(declaration, "things")) }
        #expect(error?.code == .pagesWithoutRecords, "\(String(describing: error))")
        #expect(runs.rows.count == 1)
        try await runs.run(service.source(declaration, "things"))
        #expect(runs.rows.map { $0[0] } == [.integer(1), .integer(2)])
        #expect(service.asked.withLock { $0.filter { $0.hasSuffix("page=2") }.count } == 1)
    }
}
