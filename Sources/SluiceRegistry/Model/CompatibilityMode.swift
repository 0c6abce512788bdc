package import SluiceCore

/// What a new version of a schema must be able to do beside the versions before it (Glue Developer Guide, "Schema versioning and
/// compatibility"; the same names in Confluent's registry, where `_ALL` is `_TRANSITIVE`).
package enum CompatibilityMode: String, Hashable, Sendable, CaseIterable {
    /// Nothing is asked.
    case none = "NONE"
    /// No version can be added.
    case disabled = "DISABLED"
    /// Reads data of the version before.
    case backward = "BACKWARD"
    /// Reads data of all versions from the checkpoint on.
    case backwardAll = "BACKWARD_ALL"
    /// Its data can be read with the version before.
    case forward = "FORWARD"
    case forwardAll = "FORWARD_ALL"
    /// Both.
    case full = "FULL"
    case fullAll = "FULL_ALL"

    /// - Throws: `invalidOption` for a name that is none.
    package init(parsing text: String) throws(SluiceError) {
        let name = text.uppercased().replacing("_TRANSITIVE", with: "_ALL")
        guard let mode = Self(rawValue: name) else {
            throw SluiceError(
                .invalidOption, "\(text.quotedForMessage) is no compatibility mode",
                remedy: Suggestion.remedy(for: name, in: Self.allCases.map(\.rawValue), noun: "modes"))
        }
        self = mode
    }

    /// Whether all versions from the checkpoint on are compared, and not the last one only.
    package var isTransitive: Bool { [.backwardAll, .forwardAll, .fullAll].contains(self) }

    package var directions: [CompatibilityDirection] {
        switch self {
        case .none, .disabled: []
        case .backward, .backwardAll: [.backward]
        case .forward, .forwardAll: [.forward]
        case .full, .fullAll: [.backward, .forward]
        }
    }
}

/// Who reads whose data.
package enum CompatibilityDirection: String, Hashable, Sendable {
    /// The new schema reads data of the old one.
    case backward
    /// The old schema reads data of the new one.
    case forward
}

/// One reason why two versions of a schema are not compatible.
package struct Incompatibility: Hashable, Sendable {
    package var direction: CompatibilityDirection
    /// Stable name of the kind of difference.
    package var kind: String
    /// Where in the schema: `Order.items[].price`.
    package var path: String
    /// What the old schema says there; `absent` where it says nothing.
    package var old: String
    package var new: String
    package var why: String
    /// What would be allowed instead.
    package var allowed: String
    /// The version that the new schema was compared with, where one is known.
    package var version: Int?

    /// For `--json`.
    package var json: Value {
        .structure([
            .init("direction", .string(direction.rawValue)), .init("version", version.map { .integer(Int64($0)) } ?? .null),
            .init("kind", .string(kind)), .init("path", .string(path)), .init("old", .string(old)), .init("new", .string(new)),
            .init("why", .string(why)), .init("allowed", .string(allowed)),
        ])
    }
}
