package import SluiceCore

/// What applying declarations changes, in the order in which it is done.
package struct CatalogPlan: Hashable, Sendable {
    /// What becomes of one thing.
    package enum Action: String, Hashable, Sendable {
        case create, update, drop
        /// It was declared once and is not any more; it stays unless the declarations are to be all that there is.
        case undeclared
    }

    /// One database, table, view or other thing.
    package struct Change: Hashable, Sendable {
        package var action: Action
        package var kind: String
        package var name: String
        package var items: [TableDifference.Item]

        package var json: Value {
            .structure([
                .init("action", .string(action.rawValue)), .init("kind", .string(kind)), .init("name", .string(name)),
                .init("changes", .list(items.map(\.json))),
            ])
        }
    }

    package var changes: [Change] = []

    /// Whether applying would do anything.
    package var isEmpty: Bool { changes.allSatisfy { $0.action == .undeclared } }

    package func count(_ action: Action) -> Int { changes.count { $0.action == action } }

    package var json: Value {
        .structure([
            .init("changes", .list(changes.map(\.json))), .init("created", .integer(Int64(count(.create)))),
            .init("updated", .integer(Int64(count(.update)))), .init("dropped", .integer(Int64(count(.drop)))),
            .init("undeclared", .integer(Int64(count(.undeclared)))),
        ])
    }
}
