import SluiceCore
import SluiceEngine

/// What the programs of a run's steps wrote.
enum StepLogScreen {
    /// - Parameters:
    ///   - step: Its name or number; nil: all of them.
    ///   - run: The run that a person named.
    /// - Throws: `notFound` where no step of the name wrote anything.
    static func report(_ logs: [StepLogArchive.Log], step: String?, run: String) throws -> Report {
        let shown = logs.filter { log in step.map { matches(log.step, $0) } ?? true }
        guard !shown.isEmpty else {
            guard let step, !logs.isEmpty else {
                throw SluiceError(
                    .notFound, "no program of the run's steps wrote anything on its standard error",
                    remedy: "`runs show \(run)` has the counts of all steps")
            }
            throw SluiceError(
                .notFound, "step \(step.quotedForMessage) of the run \(run) has no log",
                remedy: Suggestion.remedy(for: step, in: logs.map(\.step), noun: "steps that have one"))
        }
        var blocks: [Report.Block] = []
        var items: [Value] = []
        for log in shown {
            let text = String(
                decoding: try (log.earlierPath.map { path throws(SluiceError) in try DiskFiles.read(path) } ?? [])
                    + DiskFiles.read(log.path),
                as: UTF8.self)
            if step == nil { blocks += [.blank, .line("\(log.pipeline)  \(log.step)", .heading)] }
            if !text.isEmpty { blocks.append(.verbatim(text)) }
            items.append(
                .object([
                    "pipeline": .string(log.pipeline), "run_id": .string(log.run), "step": .string(log.step), "path": .string(log.path),
                    "text": .string(text),
                ]))
        }
        if step == nil { blocks.removeFirst() }
        return Report(blocks, json: .object(["run_id": .string(run), "logs": .list(items)]))
    }

    /// `1-exec` is meant by its name, by `1 exec`, and by `1`.
    private static func matches(_ name: String, _ wanted: String) -> Bool {
        let plain = wanted.replacing(" ", with: "-")
        return name == plain || name.hasPrefix(plain + "-") && plain.allSatisfy(\.isNumber)
    }
}
