import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// Names of files and folders that events watch.
@Suite("names of watched files") struct WatchedFileTests {
    private let world: SimulatedWorld
    private let directory: TemporaryDirectory

    init() throws {
        world = try SimulatedWorld(seed: 23, nowSeconds: 1_770_000_000)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        directory = try TemporaryDirectory()
    }

    @Test("the folder of a job is no pattern", arguments: ["in/*.csv", "in/**/*.csv", "in/new.{csv,txt}"])
    func folder(_ pattern: String) throws {
        let folder = "team [eu] *?\\ {a,b}"
        try directory.write("\(folder)/in/old.csv", "1")
        let text = "job: a\ncommand: x\nschedule: {on: {file: \"\(pattern)\"}}\n"
        let job = try JobDeclaration(text: text, path: "<test>", directory: directory.path(folder))
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        try only.run(seconds: 3)
        try directory.write("\(folder)/in/new.csv", "1")
        try only.run(seconds: 5)
        #expect(try only.runs().map { $0.parameters["files"] } == [directory.path("\(folder)/in/new.csv")])
    }

    @Test("a file whose name is no UTF-8 is told once, and another one like it once more") func names() throws {
        try directory.write("in/old.csv", "1")
        func make(_ byte: UInt8) {
            let path =
                directory.path("in/").utf8.map { CChar(bitPattern: $0) } + [CChar(bitPattern: byte), 0x78, 0x2E, 0x63, 0x73, 0x76, 0]
            let file = open(path, O_CREAT | O_WRONLY, 0o644)
            #expect(file >= 0)
            close(file)
        }
        let warnings = Mutex<[String]>([])
        let job = try job("a", "{on: {file: \"\(directory.path("in/*.csv"))\"}}")
        let only = try SimulatedScheduler(1, world, JobSet([job])) { event in
            if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
        }
        try only.run(seconds: 2)
        make(0xE4)
        try only.run(seconds: 4)
        #expect(warnings.withLock { $0.count { $0.contains("is passed over") } } == 1)
        try directory.write("in/line\nbreak.csv", "1")
        try directory.write("in/line\r\nbreak.csv", "1")
        try directory.write("in/new.csv", "1")
        try only.run(seconds: 4)
        #expect(warnings.withLock { $0.count { $0.contains("is passed over") } } == 3)
        #expect(try only.runs().map { $0.parameters["files"] } == [directory.path("in/new.csv")])
    }
}
