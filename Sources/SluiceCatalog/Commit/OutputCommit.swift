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

        package init(_ definition: TableDefinition, mode: Mode, files: [TableFile]) {
            self.definition = definition
            self.mode = mode
            self.files = files
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
    /// Staged records that are put into streams after the commit, in this order.
    package var publications: [Publication]

    package init(
        tables: [Table] = [], renames: [Rename] = [], removals: [String] = [], publications: [Publication] = []
    ) {
        self.tables = tables
        self.renames = renames
        self.removals = removals
        self.publications = publications
    }
}

/// The steps of a commit that a crash may come after.
package enum CommitStep: Hashable, Sendable {
    /// Staged files are durable, their new directories exist.
    case prepared
    /// The transaction is durable: from here on the commit is finished, by this process or the next.
    case recorded
    case renamed(Int)
    case removed(Int)
    /// The catalog owes nothing any more.
    case cleared
    /// Records of a publication are in their stream, up to a chunk of a number.
    case published(chunk: Int)
    /// Publications are struck off; their files are not removed yet.
    case struckOff
}
