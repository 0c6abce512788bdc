import SluiceCore
import SluiceProcesses
import Testing

@Suite("programs that Sluice talks to")
struct ChildProcessTests {
    private func shell(_ text: String, seconds: Int64 = 600) throws -> ChildProcess {
        try ChildProcess(
            ["/bin/sh", "-c", text], directory: "/", patience: .init(micros: seconds * 1_000_000, text: "\(seconds) s"))
    }

    private func message(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
        } catch let error as SluiceError {
            return error.message
        }
        return "no error"
    }

    @Test("lines go there and back, and the program's end is waited for") func lines() async throws {
        let child = try shell("cat; echo end")
        child.send(Array("one\ntwo\n".utf8))
        try await child.exchangeSuspending { child.lineEnds.count == 2 && !child.hasPending }
        #expect(child.takeLines(1).bytes == Array("one\n".utf8))
        #expect(child.takeLines(9).ends == [4])
        child.closeInput()
        while !child.hasEnded { try await child.receiveLines(bytes: 1_000) }
        #expect(child.takeLines(9).bytes == Array("end\n".utf8))
        try await child.finishSuspending()
    }

    @Test(
        "how a program ends is told with its last words",
        arguments: [
            ("echo why >&2; exit 3", "ended with exit code 3; its last words: why"), ("kill -9 $$", "was ended by signal 9"),
            ("printf half", "ended within a line"), ("exit 0", "no error"),
        ])
    func ends(_ text: String, _ expected: String) async throws {
        let child = try shell(text)
        let said = try await message {
            try await child.exchangeSuspending { false }
            try await child.finishSuspending()
        }
        #expect(said.contains(expected), "\(said)")
    }

    @Test("one that does nothing for too long is told; it is gone when it is let go of") func silence() async throws {
        let child = try shell("exec sleep 3600", seconds: 1)
        let said = try await message { try await child.exchangeSuspending { false } }
        #expect(said.contains("did nothing for 1 s"), "\(said)")
        child.end()
        #expect(child.hasEnded)
    }

    @Test("one that cannot be started is named, with what to do") func missing() throws {
        do {
            _ = try ChildProcess(["no-such-program-here"], directory: "/", patience: .init(micros: 1_000_000, text: "1 s"))
            Issue.record("started")
        } catch {
            #expect(error.message.contains("\"no-such-program-here\""), "\(error.message)")
            #expect(error.remedy != nil)
        }
    }
}
