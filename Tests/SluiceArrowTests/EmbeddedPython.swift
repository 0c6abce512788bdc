import Glibc
import SluiceTestKit
import Synchronization

/// A Python interpreter inside the test's own process, so that both sides see the same memory.
///
/// Its shared library is found through a Python program that has pyarrow: `SLUICE_PYTHON` if set, the benchmarks' own environment, or
/// `python3`.
final class EmbeddedPython: Sendable {
    /// Nil, with the reason printed, where there is none.
    static let shared: EmbeddedPython? = {
        let given = getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []
        for program in given + [Repository.path("Benchmarks/cache/venv/bin/python"), "python3"] {
            guard let lines = description(of: program), lines.count >= 3 else { continue }
            if let python = EmbeddedPython(library: lines[0], home: lines[1], paths: Array(lines[2...])) { return python }
        }
        print("skipped: no Python with pyarrow and a shared library is there; set SLUICE_PYTHON")
        return nil
    }()

    private typealias RunString = @convention(c) (UnsafePointer<CChar>) -> CInt
    private typealias Ensure = @convention(c) () -> CInt
    private typealias Release = @convention(c) (CInt) -> Void

    private let runString: RunString
    private let ensure: Ensure
    private let release: Release
    private let turn = Mutex(())

    private init?(library: String, home: String, paths: [String]) {
        setenv("PYTHONHOME", home, 1)
        guard let handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL),
            let start = dlsym(handle, "Py_InitializeEx"), let save = dlsym(handle, "PyEval_SaveThread"),
            let runString = dlsym(handle, "PyRun_SimpleString"), let ensure = dlsym(handle, "PyGILState_Ensure"),
            let release = dlsym(handle, "PyGILState_Release")
        else { return nil }
        self.runString = unsafeBitCast(runString, to: RunString.self)
        self.ensure = unsafeBitCast(ensure, to: Ensure.self)
        self.release = unsafeBitCast(release, to: Release.self)
        unsafeBitCast(start, to: (@convention(c) (CInt) -> Void).self)(0)
        let list = paths.map { "r'\($0)'" }.joined(separator: ", ")
        _ = self.runString("import sys; sys.path[:] = [\(list)]; import pyarrow as pa, datetime, decimal")
        _ = unsafeBitCast(save, to: (@convention(c) () -> UnsafeMutableRawPointer?).self)()
        unsetenv("PYTHONHOME")
    }

    /// Runs a program; false where it ended in an exception, which Python has printed.
    func run(_ program: String) -> Bool {
        turn.withLock { _ in
            let state = ensure()
            defer { release(state) }
            return runString(program) == 0
        }
    }

    /// The shared library, the prefix and the search path of a Python program that has pyarrow.
    private static func description(of program: String) -> [String]? {
        let question = """
            import os, sys, sysconfig, pyarrow
            name = sysconfig.get_config_var('INSTSONAME') or ''
            folders = [sysconfig.get_config_var('LIBDIR') or '', '/usr/lib/' + (sysconfig.get_config_var('MULTIARCH') or '')]
            found = [os.path.join(f, name) for f in folders if '.so' in name and os.path.exists(os.path.join(f, name))]
            print('\\n'.join(found[:1] + [sys.base_prefix] + [p for p in sys.path if p]) if found else '')
            """
        guard InstalledProgram.succeeds(program, ["-c", "import pyarrow"]),
            let running = try? Command(program, ["-c", question]).start()
        else { return nil }
        while running.isRunning { usleep(5_000) }
        let text = running.outputSoFar
        return text.split(separator: "\n").map(String.init)
    }
}
