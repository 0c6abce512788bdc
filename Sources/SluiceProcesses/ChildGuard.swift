import CSystemCalls
import Glibc

/// Ends a program, with what it started, when this process ends without having done so, as by SIGKILL: a shell that waits at a pipe of which this process
/// has the other end. Signals of the parent's death (`PR_SET_PDEATHSIG`) are no way: they come at the end of the thread that started the program.
struct ChildGuard: Sendable {
    private let shell: Int32
    /// Its end tells the shell.
    private let pipe: Int32

    /// - Parameter group: The program's process group.
    /// - Returns: Nil where there is no shell: the program then goes on until it writes, or reads the end of its input.
    init?(of group: Int32) {
        let script = "read -r end; kill -s KILL -- \"-$0\" # when the process that started it is gone"
        let command = ["/bin/sh", "-c", script, String(group)]
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var ends: [Int32] = [-1, -1, -1]
        var shell: Int32 = -1
        guard sluice_spawn(&words, "/", &ends, &shell) == 0 else { return nil }
        close(ends[1])
        close(ends[2])
        (self.shell, pipe) = (shell, ends[0])
    }

    /// The program has ended, or somebody else ends it.
    func release() {
        kill(shell, SIGKILL)
        var ended: Int32 = 0
        waitpid(shell, &ended, 0)
        close(pipe)
    }
}
