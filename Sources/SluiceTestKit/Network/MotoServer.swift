import Glibc
import Synchronization

/// moto's server (PyPI `moto[server]`), which speaks the APIs of AWS' services, unchanged, on a free port of the loopback address.
///
/// One for the whole process; it ends with it.
package final class MotoServer: Sendable {
    /// Nil, and a line that says so, where there is no Python with moto.
    package static let shared: MotoServer? = {
        do {
            return try MotoServer()
        } catch {
            print("skipped: no server of the Python package moto[server] (\(error)); set SLUICE_PYTHON to a Python that has it")
            return nil
        }
    }()

    package let address: String
    private let running: Mutex<RunningCommand>

    /// The Python that has moto, and the clients of AWS with it; nil where there is none.
    package static let python: String? = {
        let given = getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []
        return (given + ["python3"]).first { InstalledProgram.succeeds($0, ["-c", "import moto.server, flask, flask_cors"]) }
    }()

    /// Ends when the process that began it does, and lets the system choose the port.
    private static let program = """
        import os, threading, time
        import moto.server
        parent = os.getppid()
        def watch():
            while os.getppid() == parent:
                time.sleep(0.2)
            os._exit(0)
        threading.Thread(target=watch, daemon=True).start()
        moto.server.main(["-H", "127.0.0.1", "-p", "0"])
        """

    private init() throws {
        guard let python = Self.python else { throw CommandError("import moto.server fails") }
        let command = try Command(python, ["-u", "-c", Self.program]).start()
        var address: Substring?
        for _ in 0..<3_000 where address == nil && command.isRunning {
            usleep(20_000)
            address = command.errorsSoFar.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:[0-9]+)/)?.output.1
        }
        guard let address else { throw CommandError("it did not begin: \(command.errorsSoFar.suffix(200))") }
        self.address = String(address)
        running = Mutex(command)
    }
}
