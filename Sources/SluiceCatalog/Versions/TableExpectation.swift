import GRDB
package import SluiceCore

/// What a table must still be for a change to be made, so that nobody writes over what another has just changed.
package enum TableExpectation: Hashable, Sendable {
    /// The version that it was read with.
    case version(Int)
    /// The revision that it was read with, which also counts changes that make no version.
    case revision(Int64)
    /// There is no such table yet.
    case absent

    /// - Throws: `concurrentChange`, in the transaction that would change the table.
    func check(_ name: TableName, _ db: GRDB.Database) throws {
        let row = try Catalog.tableID(name, db).flatMap { id in
            try Row.fetchOne(db, sql: "SELECT version, revision FROM tables WHERE id = ?", arguments: [id])
        }
        let found: (version: Int, revision: Int64)? = row.map { ($0["version"], $0["revision"]) }
        let difference: String?
        switch (self, found) {
        case (.absent, nil): difference = nil
        case (.absent, .some): difference = "exists already"
        case (_, nil): difference = "is not there any more"
        case (.version(let version), let found?):
            difference = version == found.version ? nil : "is at version \(found.version), not \(version)"
        case (.revision(let revision), let found?):
            difference = revision == found.revision ? nil : "is at revision \(found.revision), not \(revision)"
        }
        guard let difference else { return }
        throw SluiceError(
            .concurrentChange, "table \"\(name)\" \(difference): somebody else has changed it",
            remedy: "look at it as it is now, and make the change again", isRetriable: true)
    }
}

/// When a table's present version is kept beside a new one.
package enum TableArchiving: Sendable {
    /// When what its files are changes: columns, partition keys, format and its options, storage, the query of a view.
    case schemaChanges
    /// With every change.
    case always
    /// Never: what is new is in the present version.
    case never
    /// Never, but under the next number, so that whoever changes what they have read by its number sees that it is another by now.
    case replaced
}

extension SluiceError.Code {
    /// A table is not what it was when the change to it was made up.
    package static let concurrentChange = Self("concurrent-change")
}
