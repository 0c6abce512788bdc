import SluiceCatalog
import SluiceCore
import SluicePipelines

/// Directories below an output's own that tell when a run began, in UTC, or which run it was.
struct OutputPrefix: Sendable {
    enum Part: String, CaseIterable, Sendable { case year, month, day, hour, minute, run }

    static let specification = OptionSpecification(
        "prefix", .oneOrMany(.enumeration(Part.allCases.map(\.rawValue))),
        "Directories that each run makes for its files, above those of partition_by: by the time at which it began, in UTC (year/month/day/hour/minute, down to"
            + " the one that is named), and by its id (run).", examples: ["day", "[hour, run]"])

    private let time: Part?
    private let hasRun: Bool

    /// Nil where nothing is said.
    ///
    /// - Throws: `invalidOption` for two units of time.
    init?(_ options: OptionValues) throws(SluiceError) {
        guard let node = options["prefix"] else { return nil }
        var parts: [Part] = []
        for item in node.oneOrMany() { parts.append(try item.enumeration(Part.self)) }
        let times = parts.filter { $0 != .run }
        guard times.count <= 1, parts.count - times.count <= 1 else {
            throw node.invalid(
                "prefix has one unit of time, and run once", remedy: "name the smallest unit: day has year and month above it")
        }
        time = times.first
        hasRun = parts.contains(.run)
    }

    /// `2026/11/30/01JD…`.
    ///
    /// - Parameter run: Its id, maybe with more behind it.
    func path(run: String) -> String {
        var steps: [String] = []
        if let time, let count = Part.allCases.firstIndex(of: time), let millis = RunID.startMillis(of: run) {
            let seconds = Int(millis / 1_000)
            let date = CivilDate(daysSinceEpoch: seconds / 86_400)
            let all = [date.year, date.month, date.day, seconds / 3_600 % 24, seconds / 60 % 60]
            steps = all.prefix(count + 1).map { $0 < 10 ? "0\($0)" : "\($0)" }
        }
        if hasRun { steps.append(String(run.prefix(RunID.length))) }
        return steps.joined(separator: "/")
    }
}
