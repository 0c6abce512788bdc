import SluiceStreams
import SluiceTestKit
import Testing

@Suite("many members, crashes, pauses, reshards and clocks that differ", .serialized)
struct SimulationTests {
    @Test("in memory", arguments: Rounds.of(24))
    func memory(_ round: Int) throws {
        var simulation = try GroupSimulation(seed: .random(in: 0 ... .max), .memory)
        try simulation.run(steps: 3_000)
    }

    @Test("in the catalog's database", arguments: 0..<2)
    func catalog(_ round: Int) throws {
        var simulation = try GroupSimulation(seed: .random(in: 0 ... .max), .catalog)
        try simulation.run(steps: 800)
    }
}
