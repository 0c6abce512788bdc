/// What the program tells the shell; a promise to scripts.
enum CommandStatus: Int32, Sendable {
    case done = 0
    /// The run, or what was asked for, failed.
    case failed = 1
    /// The arguments or the definition are wrong.
    case wrongUsage = 2
    /// Finished, with dead letters, under `--strict`.
    case deadLetters = 3
    /// By SIGINT or SIGTERM.
    case interrupted = 130
}
