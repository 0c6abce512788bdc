package import SluiceCatalog
package import SluiceCore

/// A source that can cut a range of the past into units, each of which is read and committed by itself.
package protocol BackfillSource: Source {
    /// The units of a range, in its order; a stretch in which there is nothing has none.
    ///
    /// - Throws: `usage` or `invalidOption` where the range cannot be told from the rest, with what helps.
    func cut(_ request: BackfillRequest) async throws -> BackfillCut
}

/// A range of a source, cut.
package struct BackfillCut: Sendable {
    package var units: [BackfillUnit]
    /// What the times are: `partitions by year, month`, `dates in the paths`, `arrival in the stream`.
    package var basis: String
    /// The range as it was understood, which names the backfill.
    package var from: String
    package var to: String
    package var notices: [String]

    package init(units: [BackfillUnit], basis: String, from: String, to: String, notices: [String] = []) {
        self.units = units
        self.basis = basis
        self.from = from
        self.to = to
        self.notices = notices
    }
}

/// A part of a range.
package struct BackfillUnit: Sendable {
    /// What is read for a unit: a file, or records of a shard.
    package struct Input: Hashable, Sendable {
        package var name: String
        /// As stored; nil where nobody knows.
        package var byteCount: Int64?
        /// Tells the input from what may be there later under its name.
        package var version: String

        package init(name: String, byteCount: Int64?, version: String) {
            self.name = name
            self.byteCount = byteCount
            self.version = version
        }
    }

    /// Unique in the range, and the same whenever it is cut in the same way: `2024-03-01`, `shardId-000000000002/2024-03-01`.
    package var name: String
    /// The time that the unit covers; nil for one by numbers.
    package var time: TimeRange?
    /// The source with what belongs to the unit only.
    package var source: any Source
    package var inputs: [Input]

    package init(name: String, time: TimeRange?, source: any Source, inputs: [Input]) {
        self.name = name
        self.time = time
        self.source = source
        self.inputs = inputs
    }

    /// Of all inputs; nil where it is not known of one.
    package var byteCount: Int64? {
        let known = inputs.compactMap(\.byteCount)
        return known.count == inputs.count ? known.reduce(0, +) : nil
    }
}

/// A sink that can replace parts of its earlier output, and leave the rest as it is.
package protocol BackfillSink: Sink {
    /// Columns whose values are directories, outermost first.
    var partitionColumns: [String] { get }
    /// How messages call the sink.
    var backfillName: String { get }

    /// The sink of one unit: it adds to what is there, and replaces what the unit says.
    func writing(_ output: BackfillOutput) -> any Sink

    /// Earlier output in a span of partitions.
    func earlier(in span: PartitionSpan) throws -> [EarlierOutput]
}

/// What a unit of a backfill does to a sink.
package struct BackfillOutput: Sendable {
    /// Earlier files of these partitions are replaced, and every row belongs into one of them; nil where rows are added.
    package var span: PartitionSpan?
    /// Files that the unit wrote when it was done before; they are replaced.
    package var earlierOutputs: [String]
    package var commit: BackfillUnitCommit

    package init(span: PartitionSpan?, earlierOutputs: [String], commit: BackfillUnitCommit) {
        self.span = span
        self.earlierOutputs = earlierOutputs
        self.commit = commit
    }

    /// Refuses rows outside of the span, and says which files the unit wrote.
    ///
    /// - Parameter columns: The partition columns.
    /// - Throws: `outsideRange`.
    package func checked(_ staged: [StagedFile], columns: [String]) throws(SluiceError) -> BackfillUnitCommit {
        var commit = commit
        commit.outputs = staged.map(\.finalPath)
        guard let span else { return commit }
        for file in staged where !span.contains(file.partition) {
            let partition = zip(columns, file.partition).map { "\($0)=\($1)" }.joined(separator: "/")
            throw SluiceError(
                .outsideRange,
                "unit \(commit.unit) makes rows of partition \(partition), which it does not replace (\(file.rowCount) or more)",
                remedy: "derive the partition columns from the time by which the source is cut, filter such rows out, "
                    + "or add the rows instead of replacing partitions, with --append")
        }
        return commit
    }
}

/// A file, or some files, that a backfill would replace.
package struct EarlierOutput: Hashable, Sendable {
    package var path: String
    package var byteCount: Int64
    /// Nil where nobody knows.
    package var rowCount: Int64?

    package init(path: String, byteCount: Int64, rowCount: Int64?) {
        self.path = path
        self.byteCount = byteCount
        self.rowCount = rowCount
    }
}

extension SluiceError.Code {
    /// A unit of a backfill made rows that belong into a partition outside of its range.
    package static let outsideRange = Self("outside-range")
    /// The pipeline cannot be run over a range of the past.
    package static let noBackfill = Self("no-backfill", .definition)
}
