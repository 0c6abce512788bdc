import SluiceCore
import SluicePipelines
import SluiceProcesses

/// The program of a step. It is started when it is first asked for; owned by one task at a time.
final class ExecProgram: @unchecked Sendable {
    private let step: ExecOperator
    private(set) var child: ChildProcess?

    init(_ step: ExecOperator) { self.step = step }

    func started() throws -> ChildProcess {
        if let child { return child }
        let operation = step.operation
        let started = try located {
            try ChildProcess(
                operation.command, directory: operation.directory,
                patience: .init(micros: operation.timeoutMicros, text: TimeSpan(micros: operation.timeoutMicros).description),
                writesLines: operation.format == .json)
        }
        if let logs = step.progress.stepLogs { started.onErrors = { [name = step.step] in logs.append($0, of: name) } }
        child = started
        return started
    }

    /// Its output has ended: waits for its end, and tells what it wrote on its standard error.
    func finish() throws {
        guard let child else { return }
        try located { try child.finish() }
        tell(child.lastLines)
        self.child = nil
    }

    /// Its output has ended before the last row.
    func early() throws -> SluiceError {
        try located { try child?.finish() }
        return failure("ended before the last row")
    }

    func failure(_ fact: String) -> SluiceError { named(child?.failure(fact) ?? SluiceError(.execFailed, "the program \(fact)")) }

    func located<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SluiceError {
            throw named(error)
        }
    }

    private func named(_ error: SluiceError) -> SluiceError {
        var named = error
        if !named.message.hasPrefix("step ") { named.message = "step \"\(step.step)\": \(error.message)" }
        return named
    }

    private func tell(_ words: [String]) {
        step.progress.update { snapshot in
            for line in words where snapshot.notices.count < RunProgress.mostNotices {
                snapshot.notices.append("step \"\(step.step)\": the program wrote: \(line)")
            }
        }
    }
}

/// Bounds of programs that are steps.
enum ExecLimits {
    /// Bytes of lines from which on rows are handed on.
    static let chunkBytes = 1 << 20
    /// Bytes of one message of a program that writes Arrow.
    static let messageBytes = 256 << 20
}
