import Glibc

extension SluiceError {
    /// The error of a failed system call, from its `errno`: `cannot <action> "<path>": <reason>`, with a code that says who has to act.
    ///
    /// - Parameter action: A verb, such as `open` or `write`.
    package static func system(_ number: Int32, cannot action: String, _ path: String) -> SluiceError {
        let reason = String(cString: strerror(number)).lowercased()
        let message = "cannot \(action) \(path.quotedForMessage): \(reason)"
        return switch number {
        case ENOENT, ENOTDIR: SluiceError(.fileNotFound, message, at: .file(path: path))
        case EACCES, EPERM, EROFS:
            SluiceError(.unreadable, message, at: .file(path: path), remedy: "check the permissions of the file and its directory")
        case ENOSPC, EDQUOT:
            SluiceError(.diskFull, message, at: .file(path: path), remedy: "free space on that disk and run again", isRetriable: true)
        default: SluiceError(.ioFailure, message, at: .file(path: path))
        }
    }
}
