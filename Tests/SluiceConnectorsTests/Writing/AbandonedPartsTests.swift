import Glibc
import SluiceTestKit
import Testing

@testable import SluiceConnectors

@Suite("Output files of writers that were killed")
struct AbandonedPartsTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func age(_ name: String) {
        var times = [timeval(tv_sec: time(nil) - ConnectorLimits.abandonedPartSeconds - 10, tv_usec: 0)]
        times.append(times[0])
        utimes(directory.path(name), times)
    }

    @Test("are removed; those of a writer that lives, new ones and other files stay") func removal() throws {
        for name in [".sluice-1.part", ".sluice-3.part", "data.part", ".sluice-4.csv"] { try directory.write(name, "x") }
        do {
            let living = try OutputFile(directory.path(".sluice-2.part"))
            for name in [".sluice-1.part", ".sluice-2.part", "data.part", ".sluice-4.csv"] { age(name) }
            AbandonedParts.remove(from: directory.root)
            #expect(["2.part", "3.part", "4.csv"].allSatisfy { directory.exists(".sluice-\($0)") } && directory.exists("data.part"))
            #expect(!directory.exists(".sluice-1.part"))
            withExtendedLifetime(living) {}
        }
        AbandonedParts.remove(from: directory.root)
        #expect(!directory.exists(".sluice-2.part"))
    }

    @Test("a link under such a name is not followed") func links() throws {
        try directory.write("precious", "x")
        age("precious")
        symlink(directory.path("precious"), directory.path(".sluice-1.part"))
        AbandonedParts.remove(from: directory.root)
        #expect(try directory.text("precious") == "x")
    }
}
