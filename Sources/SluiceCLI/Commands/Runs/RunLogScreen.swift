import SluiceCatalog
import SluiceCore

/// What a run of a job printed.
enum RunLogScreen {
    /// - Parameter attempt: From 1; nil: the last one.
    static func report(
        _ run: ScheduledRun, _ attempt: Int?, _ catalog: Catalog, _ console: Console, follow: Bool, isJSON: Bool
    ) async throws -> Report {
        let attempts = try catalog.readSchedule { try $0.attempts(of: run.id) }
        guard let wanted = attempt == nil ? attempts.last : attempts.first(where: { $0.number == attempt }) else {
            let text = attempts.isEmpty ? "the run \(run.id) has not begun yet" : "the run \(run.id) has no attempt \(attempt ?? 0)"
            let isSplit = try catalog.readSchedule { try !$0.children(of: run.id).isEmpty }
            throw SluiceError(
                .notFound, isSplit ? "the run \(run.id) is split into elements, which have the logs" : text,
                remedy: isSplit ? "`runs logs \(run.id) --graph` shows all of them" : run.reason)
        }
        if !isJSON, follow {
            try await Interruption.cancelling { try await Self.follow(wanted, run, catalog, console) }
            return .streamed(.done)
        }
        guard let bytes = try? DiskFiles.read(wanted.log) else {
            throw SluiceError(
                .notFound, "the log \(wanted.log.quotedForMessage) is not there",
                remedy: "`keep_logs` says of how many runs logs are kept; a run whose log could not be opened has none")
        }
        // Where a file system cannot cut a log, what was cut off before it stands beside it.
        let text = String(decoding: ((try? DiskFiles.read(wanted.log + ".1")) ?? []) + bytes, as: UTF8.self)
        return Report(
            text.isEmpty ? [] : [.verbatim(text)],
            json: .object([
                "run_id": .string(run.id.text), "attempt": .number(wanted.number), "path": .string(wanted.log), "text": .string(text),
            ]))
    }

    /// By which the place is found again in a log that was cut.
    private static let rememberedBytes = 4_096

    private static func follow(_ attempt: RunAttempt, _ run: ScheduledRun, _ catalog: Catalog, _ console: Console) async throws {
        var shown = 0
        var last: [UInt8] = []
        while !Task.isCancelled {
            let isOver = try catalog.readSchedule { try $0.run(run.id)?.state.isOver ?? true }
            let bytes = (try? DiskFiles.read(attempt.log)) ?? []
            // A log that was cut goes on behind what was shown last, or begins anew.
            if bytes.count < shown { shown = bytes.firstRange(of: last)?.upperBound ?? 0 }
            if bytes.count > shown { console.out.write(String(decoding: bytes[shown...], as: UTF8.self)) }
            shown = bytes.count
            last = Array(bytes.suffix(rememberedBytes))
            if isOver { return }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}
