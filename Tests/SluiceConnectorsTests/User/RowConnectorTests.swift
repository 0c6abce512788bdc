import FoundationEssentials
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Synchronization
import Testing

/// Connectors as users write them, with what is public.
@Suite("connectors in Swift")
struct RowConnectorTests {
    struct Ship: Codable, Hashable {
        var id: Int
        var name: String?
    }

    struct Failure: Error {}

    /// Ten ships a page, of as many as there are now.
    final class Fleet: RowReader, RowWriter {
        let ships = Mutex<[String: [Ship]]>([:])
        let asked = Mutex<[String]>([])
        let goesOn: Bool
        let fails: Bool

        init(_ counts: [String: Int], goesOn: Bool = true, fails: Bool = false) {
            self.goesOn = goesOn
            self.fails = fails
            for (part, count) in counts { add(count, to: part) }
        }

        func add(_ count: Int, to part: String) {
            ships.withLock { ships in
                let first = ships[part]?.count ?? 0
                ships[part, default: []] += (first..<first + count).map { Ship(id: $0, name: $0 % 3 == 0 ? nil : "\(part) \($0)") }
            }
        }

        func parts() async throws -> [String] { ships.withLock { $0.keys.sorted() } }

        func page(of part: String, after place: String?) async throws -> RowPage<Ship> {
            asked.withLock { $0.append("\(part) \(place ?? "-")") }
            if fails, place != nil { throw Failure() }
            let start = place.flatMap { Int($0) } ?? 0
            let all = ships.withLock { $0[part] ?? [] }
            let rows = Array(all.dropFirst(start).prefix(10))
            let next = goesOn ? start + rows.count : start
            return RowPage(rows, place: String(next), isLast: start + rows.count == all.count)
        }

        func write(_ rows: [Ship]) async throws { ships.withLock { $0["written", default: []] += rows } }
    }

    private func registry(_ fleet: Fleet) -> ConnectorRegistry {
        ConnectorRegistry.standard.adding([
            RowConnector("fleet", summary: "Ships.", options: [.text("sea", "Which sea.")]) { _ in fleet }.writing { _ in fleet }
        ])
    }

    private func source(_ fleet: Fleet) async throws -> any IncrementalSource {
        let connector = try #require(registry(fleet)["fleet"])
        let source = try await connector.source(OptionValues([("fleet", .text("ships"))]), in: try Workbench().context)
        return try #require(source as? any IncrementalSource)
    }

    private func run(_ source: any IncrementalSource, _ positions: inout SourcePositions) async throws -> [String] {
        var rows: [String] = []
        while let slice = try await source.slice(after: positions, SliceRequest(limitBytes: .max, leavesUnfinished: false)) {
            let read = try await slice.source.readAll()
            rows += read.origins.map(\.description)
            positions.merge(slice.reached()) { $1 }
        }
        return rows
    }

    @Test("columns are the properties; all pages of all parts are read") func whole() async throws {
        let source = try await source(Fleet(["north": 25, "south": 3]))
        #expect(source.schema.fields == [Field("id", .int64, isNullable: false), Field("name", .string)])
        let read = try await source.readAll()
        #expect(read.rows.count == 28)
        #expect(read["name"].last == .string("south 2"))
        #expect(read.origins[24].description == "fleet/ships/north@25")
        #expect(try await source.readAll(["name"])["name"].count == 28)
    }

    @Test("a later run reads what is new, behind the places that were committed") func incremental() async throws {
        let fleet = Fleet(["north": 25, "south": 3])
        var positions: SourcePositions = [:]
        #expect(try await run(try await source(fleet), &positions).count == 28)
        #expect(positions.count == 2)
        #expect(try await run(try await source(fleet), &positions) == [])
        fleet.add(12, to: "south")
        fleet.add(1, to: "west")
        #expect(try await run(try await source(fleet), &positions).count == 13)
    }

    @Test("pages that lead to themselves, and errors of the reader, end the run with the connector's name") func failures() async throws {
        for fleet in [Fleet(["north": 25], goesOn: false), Fleet(["north": 25], fails: true)] {
            do {
                _ = try await source(fleet).readAll()
                Issue.record("read")
            } catch let error as SluiceError {
                #expect(error.message.contains("fleet/ships"), "\(error)")
            }
            #expect(fleet.asked.withLock { $0.count } <= 3)
        }
    }

    /// A system whose client sees what is no page of it, behind the first one.
    struct Broken: RowReader {
        struct Reading: Codable, Sendable {
            var id: Int
            var tags: [String]?
        }

        /// What the second page is.
        enum Fault: String, CaseIterable {
            case redirect, notJSON, otherShape, huge, certificate, circle
        }

        /// What the client of the system throws.
        struct ClientError: Error { var reason: String }

        let fault: Fault

        func page(of part: String, after place: String?) async throws -> RowPage<Reading> {
            guard let place else { return RowPage([Reading(id: 1, tags: ["a"])], place: "b", isLast: false) }
            switch fault {
            case .notJSON, .otherShape:
                let body = fault == .notJSON ? "<html>Down for maintenance</html>" : "{\"ok\":true,\"unexpected\":[]}"
                return RowPage(try JSONDecoder().decode([Reading].self, from: Data(body.utf8)), place: nil, isLast: true)
            case .redirect, .huge, .certificate: throw ClientError(reason: fault.rawValue)
            case .circle: return RowPage([Reading(id: 2, tags: nil)], place: place == "b" ? "c" : "b", isLast: false)
            }
        }
    }

    private func source(_ fault: Broken.Fault) async throws -> any IncrementalSource {
        let registry = ConnectorRegistry.standard.adding([RowConnector("broken", summary: "Readings.") { _ in Broken(fault: fault) }])
        let source = try await #require(registry["broken"]).source(OptionValues([("broken", .text("all"))]), in: try Workbench().context)
        return try #require(source as? any IncrementalSource)
    }

    @Test(
        "what is no page of the system ends the run with its reason, and the place of the page before stays",
        arguments: Broken.Fault.allCases)
    func brokenPages(_ fault: Broken.Fault) async throws {
        var positions: SourcePositions = [:]
        for isIncremental in [false, true] {
            do {
                if isIncremental { _ = try await run(source(fault), &positions) } else { _ = try await source(fault).readAll() }
                Issue.record("read")
            } catch let error as SluiceError {
                #expect(error.code == .closureFailed && error.message.contains("broken/all"), "\(error)")
                if [.redirect, .huge, .certificate].contains(fault) { #expect(error.message.contains(fault.rawValue), "\(error)") }
            }
        }
        // Nothing of the slice that failed counts as read.
        #expect(positions.isEmpty)
    }

    @Test("a row that fits no column is a bad record with its place; the others are there") func badRows() async throws {
        struct Counter: RowReader {
            struct Row: Codable, Sendable {
                var id: Int
                var seen: Date

                init(_ id: Int) {
                    self.id = id
                    seen = Date(timeIntervalSince1970: id == 2 ? .infinity : 0)
                }

                func encode(to encoder: any Encoder) throws {
                    guard id != 3 else { throw Failure() }
                    var container = encoder.container(keyedBy: CodingKeys.self)
                    try container.encode(id, forKey: .id)
                    try container.encode(seen, forKey: .seen)
                }
            }
            func page(of part: String, after place: String?) async throws -> RowPage<Row> {
                RowPage((1...4).map(Row.init), place: "end", isLast: true)
            }
        }
        let registry = ConnectorRegistry.standard.adding([RowConnector("counter", summary: "Counts.") { _ in Counter() }])
        let source = try await #require(registry["counter"]).source(OptionValues([("counter", .text("all"))]), in: try Workbench().context)
        let read = try await source.readAll()
        #expect(read["id"] == [.integer(1), .integer(4)])
        #expect(read.origins.map(\.description) == ["counter/all/all@1", "counter/all/all@4"])
        #expect(read.rejects.count == 2)
    }

    @Test("rows go to the writer as they come; a column that it needs must be there") func writing() async throws {
        let fleet = Fleet([:])
        let bench = try Workbench()
        let sink = try await registry(fleet)["fleet"]!.sink(OptionValues([("fleet", .text("ships"))]), in: bench.context)
        let batch = try makeBatch([("id", .int64, [.integer(1), .integer(2)]), ("name", .string, [.string("a"), .null])])
        try await bench.run(sink, batch.schema, [[batch]])
        #expect(fleet.ships.withLock { $0["written"] } == [Ship(id: 1, name: "a"), Ship(id: 2, name: nil)])
        #expect(throws: SluiceError.self) { try sink.check(try Schema([Field("name", .string)])) }
    }

    @Test("the manual has the options") func manual() throws {
        let manual = try #require(registry(Fleet([:]))["fleet"]?.manual)
        #expect(manual.sourceOptions.map(\.name) == ["fleet", "sea"])
        #expect(manual.sinkOptions.map(\.name) == ["fleet", "sea"])
    }
}
