package import SluiceCore

/// What a run makes visible when it commits.
package struct OutputCommit: Hashable, Sendable {
    /// What happens to a table's earlier files.
    package enum Mode: String, Hashable, Sendable {
        /// The table's earlier files are replaced; those that runs wrote are removed from disk.
        case overwrite
        case append
    }

    /// A table and its new files, under their final paths.
    package struct Table: Hashable, Sendable {
        package var definition: TableDefinition
        package var mode: Mode
        package var files: [TableFile]
        /// Paths of the files that the new ones were made from: the table must have these, and no others, when they are replaced. Nil: whatever
        /// it has.
        package var basis: [String]?
        /// Earlier files of these partitions are replaced, whatever the mode.
        package var replaced: PartitionSpan?
        /// Further files that are replaced.
        package var dropped: [String] = []

        package init(_ definition: TableDefinition, mode: Mode, files: [TableFile], basis: [String]? = nil) {
            self.definition = definition
            self.mode = mode
            self.files = files
            self.basis = basis
        }
    }

    /// A complete file under its temporary path, on the file system of its final one.
    package struct Rename: Hashable, Sendable {
        package var staged: String
        package var final: String

        package init(staged: String, final: String) {
            self.staged = staged
            self.final = final
        }
    }

    package var tables: [Table]
    package var renames: [Rename]
    /// Further files or directories that the new output replaces.
    package var removals: [String]
    /// Staged records that are put into streams and databases after the commit, in this order.
    package var publications: [Publication]
    /// The unit of a backfill that the run finishes.
    package var backfillUnit: BackfillUnitCommit?
    /// What came out of the run's rule sets.
    package var quality: [QualityResult] = []

    package init(
        tables: [Table] = [], renames: [Rename] = [], removals: [String] = [], publications: [Publication] = []
    ) {
        self.tables = tables
        self.renames = renames
        self.removals = removals
        self.publications = publications
    }

    /// Takes over what another output of the same run commits, behind its own.
    package mutating func add(_ other: OutputCommit) {
        tables += other.tables
        renames += other.renames
        removals += other.removals
        publications += other.publications
        backfillUnit = backfillUnit ?? other.backfillUnit
        quality += other.quality
    }
}

/// The steps of a commit that a crash may come after.
package enum CommitStep: Hashable, Sendable {
    /// Staged files are durable, their new directories exist.
    case prepared
    /// The transaction has written all that it is to write, and is not committed.
    case written
    /// The transaction is durable: from here on the commit is finished, by this process or the next.
    case recorded
    case renamed(Int)
    case removed(Int)
    /// The catalog owes nothing any more.
    case cleared
    /// Records of a publication are in their stream, or in the open transaction of a database, up to a chunk of a number.
    case published(chunk: Int)
    /// The transaction of a database is durable, with all records of a publication.
    case landed
    /// Publications are struck off; their files are not removed yet.
    case struckOff
}
