import Glibc
import SluiceTestKit
import Testing

/// Every source with every sink, and runs between them that are killed with SIGKILL at each point of their protocol.
///
/// The short form kills the runs of each pair at three points, so that all pairs together come to all points. `SLUICE_KILL_ROUNDS=N` kills them at
/// all points, N times, and N times as often at random.
@Suite("the matrix of kills")
struct KillMatrixTests {
    private static let rounds = getenv("SLUICE_KILL_ROUNDS").flatMap { Int(String(cString: $0)) }

    /// A pair, and where its runs are killed one after the other.
    struct Cell: CustomTestStringConvertible, Sendable {
        let source: MatrixSource
        let sink: MatrixSink
        let points: [KillPoint]

        var testDescription: String { "\(source) to \(sink), killed at \(points.map(\.rawValue).joined(separator: ", "))" }
    }

    private static let cells: [Cell] = MatrixSource.allCases.enumerated().flatMap { row, source in
        MatrixSink.allCases.enumerated().map { column, sink in
            let all = KillPoint.all(of: sink)
            if let rounds {
                let points = (0..<max(1, rounds)).flatMap { _ in all + all.map { _ in .random } }
                return Cell(source: source, sink: sink, points: points)
            }
            // The sources together come to all points of a sink.
            let points = (0..<3).map { all[(row * 3 + column + $0) % all.count] }
            return Cell(source: source, sink: sink, points: points)
        }
    }

    @Test("after kill -9 at the points of the protocol every row is in the sink as in a run that nothing disturbed", arguments: cells)
    func killed(_ cell: Cell) async throws {
        let project = try Project()
        let server = cell.sink == .objects ? try ObjectServer() : nil
        try define("killed", cell, in: project)
        try await cell.source.begin(project)
        var random = SeededGenerator(seed: UInt64(cell.points.count))
        for (batch, point) in cell.points.enumerated() {
            try await cell.source.feed(batch, project)
            let words = point == .random ? ["follow"] : [point.rawValue, "1"]
            let running = try crasher(project, server, ["killed.yaml"] + words)
            if point == .random {
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &random)))
                running.signal(SIGKILL)
            }
            let result = try await running.wait()
            #expect(result.ending == .signal(SIGKILL), "at \(point): \(result.transcript)")
        }
        try await cell.source.feed(cell.points.count, project)
        try await finish("killed", project, server)
        try define("calm", cell, in: project)
        try await finish("calm", project, server)
        let (found, expected) = (try await cell.sink.rows("killed", project, server), try await cell.sink.rows("calm", project, server))
        let isEqual = found == expected
        #expect(isEqual, "\(found.count) rows, of which \(Set(found).count) differ; \(expected.count) expected")
        #expect(expected.count == (cell.points.count + 1) * MatrixSource.newRows)
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
        #expect(TemporaryDirectory.files(below: project.home + "/outbox").isEmpty)
        #expect(server?.openUploads ?? [] == [])
    }

    @Test("the short form comes to every point of every sink") func points() {
        for sink in MatrixSink.allCases where Self.rounds == nil {
            let reached = Set(Self.cells.filter { $0.sink == sink }.flatMap(\.points))
            #expect(reached == Set(KillPoint.all(of: sink)), "\(sink)")
        }
    }

    private func define(_ name: String, _ cell: Cell, in project: Project) throws {
        try project.directory.write(
            "\(name).yaml",
            """
            name: \(name)
            incremental: true
            source: \(cell.source.definition)
            steps:
              - swift: trap
              - deduplicate: {by: [id], time: at, within: 1 day, delay: 1 day}
              - select: [id, k, twice: id * 2]
            sink: \(cell.sink.definition(name))
            """)
    }

    private func crasher(_ project: Project, _ server: ObjectServer?, _ words: [String]) throws -> RunningCommand {
        var command = Command(
            try BuiltProgram.helper("run-crasher"), [project.home] + words, environment: server?.environment ?? [:],
            directory: project.directory.root)
        command.needs = [project.directory]
        return try command.start()
    }

    /// A run over the rest, and one that finds nothing more.
    private func finish(_ name: String, _ project: Project, _ server: ObjectServer?) async throws {
        let result = try await crasher(project, server, ["\(name).yaml", "end"]).wait()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }
}
