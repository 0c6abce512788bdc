import Glibc

/// How a person can start this program again.
enum ProgramPath {
    /// The program's name if a shell finds this very program under it, otherwise the whole path of its file.
    static var current: String {
        let own = WorkingDirectory.absolute("/proc/self/exe")
        let name = Invocation.current.programName
        for directory in (Environment.value("PATH") ?? "").split(separator: ":") {
            let path = "\(directory)/\(name)"
            if access(path, X_OK) == 0 { return WorkingDirectory.absolute(path) == own ? name : own }
        }
        return own
    }
}
