package import SluiceCatalog
package import SluiceCore
package import SluicePipelines

/// What a person asks of a backfill.
package struct BackfillOptions: Sendable {
    package var range: BackfillRange
    package var unit: CalendarUnit?
    package var fileTime: FileTime?
    /// Rows are added; otherwise the units' partitions are replaced.
    package var appends = false

    package init(range: BackfillRange) { self.range = range }

    /// Names the way of cutting and writing.
    var manner: String {
        ([appends ? "append" : "replace"] + [unit.map { "unit \($0.rawValue)" }, fileTime.map { "time \($0.rawValue)" }].compactMap(\.self))
            .joined(separator: ", ")
    }
}

/// A plan over a range of the past: its units, and what each replaces.
package struct BackfillPlan: Sendable {
    package let plan: LogicalPlan
    package let key: BackfillKey
    package let cut: BackfillCut
    package let sink: any BackfillSink
    /// Which partition columns of the output are its time; nil where rows are added.
    package let time: PartitionTime?
    package let notices: [String]

    package var units: [BackfillUnit] { cut.units }

    /// Cuts the range. Reads what the source lists; writes nothing.
    ///
    /// - Throws: `noBackfill`, placed, for a pipeline that cannot be backfilled; `usage` for a range that does not fit.
    @concurrent
    package static func make(_ plan: LogicalPlan, _ options: BackfillOptions, nowMicros: Int64) async throws -> BackfillPlan {
        let stepNotices = try BackfillRules.check(plan, appends: options.appends)
        guard let source = plan.source.source as? any BackfillSource, let sink = plan.sink as? any BackfillSink else {
            preconditionFailure("the rules ask for such ends")
        }
        let time = options.appends ? nil : try partitionTime(sink, plan)
        let request = BackfillRequest(
            range: options.range, unit: options.unit, leastUnit: time?.unit, splitsShards: options.appends, fileTime: options.fileTime,
            nowMicros: nowMicros)
        let cut = try await source.cut(request)
        if let time { try checkBorders(options.range, time, sink) }
        let key = BackfillKey(pipeline: plan.definition.name, from: cut.from, to: cut.to, manner: options.manner)
        let result = BackfillPlan(
            plan: plan, key: key, cut: cut, sink: sink, time: time, notices: plan.notices + cut.notices + stepNotices)
        try result.sink.writing(result.output(of: nil, in: RunID(""))).check(plan.outputSchema)
        return result
    }

    /// What a unit does to the sink.
    ///
    /// - Parameter record: What is known of the unit.
    func output(of unit: (unit: BackfillUnit, record: BackfillUnitRecord)?, in backfill: RunID) -> BackfillOutput {
        BackfillOutput(
            span: unit.flatMap { span(of: $0.unit) }, earlierOutputs: unit?.record.outputs ?? [],
            commit: BackfillUnitCommit(backfill: backfill, unit: unit?.unit.name ?? ""))
    }

    /// The partitions that a unit replaces; nil where it adds rows.
    package func span(of unit: BackfillUnit) -> PartitionSpan? {
        guard let time, let range = unit.time else { return nil }
        return PartitionSpan(time, range)
    }

    /// What the catalog is to keep of the units.
    package var records: [BackfillUnitRecord] {
        units.map { unit in
            BackfillUnitRecord(
                name: unit.name, fingerprint: unit.fingerprint, inputCount: unit.inputs.count, byteCount: unit.byteCount)
        }
    }

    private static func partitionTime(_ sink: any BackfillSink, _ plan: LogicalPlan) throws(SluiceError) -> PartitionTime {
        let columns = sink.partitionColumns
        var fields: [Field] = []
        for column in columns { fields.append(plan.outputSchema.fields[try plan.outputSchema.require(column)]) }
        if let time = PartitionTime(fields: fields) { return time }
        let fact =
            columns.isEmpty
            ? "\(sink.backfillName) has no partitions, so no part of it can be replaced"
            : "the partitions of \(sink.backfillName), by \(columns.joined(separator: ", ")), name no time, so those of the range cannot be told"
        throw SluiceError(
            .noBackfill, "this pipeline cannot be backfilled: \(fact)", at: plan.definition.sink.location,
            remedy: "partition_by a date, or by year, month and day; or add the rows instead of replacing partitions, with --append")
    }

    private static func checkBorders(_ range: BackfillRange, _ time: PartitionTime, _ sink: any BackfillSink) throws(SluiceError) {
        guard let unit = time.unit else { return }
        let span = try range.time()
        for (bound, verb) in [(span.startMicros, "begins"), (span.endMicros, "ends")] {
            let partition = unit.range(around: bound)
            guard partition.startMicros != bound else { continue }
            throw SluiceError(
                .usage,
                "the range \(verb) within \(partition), and \(sink.backfillName) has partitions by \(time.columns.joined(separator: ", ")), "
                    + "which are replaced whole",
                remedy: "let it begin or end at \(TimeRange.text(partition.startMicros)) or \(TimeRange.text(partition.endMicros))")
        }
    }
}
