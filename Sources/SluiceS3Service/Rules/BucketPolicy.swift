import SluiceJSON
import SluiceServer

/// The policy of a bucket, as far as it says what everybody may read. Source: IAM's reference, "JSON policy elements".
///
/// Statements about other principals are kept and say nothing here: a signed request of the bucket's owner may do everything.
struct BucketPolicy: Sendable {
    private struct Statement: Sendable {
        var allows: Bool
        var isForEverybody: Bool
        var isConditional: Bool
        var actions: [String]
        var resources: [String]
    }

    private let statements: [Statement]

    /// Nil for bytes that are no policy.
    init?(_ bytes: [UInt8]) {
        guard let root = try? JSONParser.parse(bytes), case .object = root, let list = root["Statement"] else { return nil }
        let nodes: [JSONNode] = if case .list(let items) = list { items } else { [list] }
        var statements: [Statement] = []
        for node in nodes {
            guard let effect = node["Effect"]?.string, ["Allow", "Deny"].contains(effect), let resource = node["Resource"],
                let action = node["Action"], let principal = node["Principal"] ?? node["NotPrincipal"]
            else { return nil }
            let names = principal.string.map { [$0] } ?? Self.texts(principal["AWS"])
            statements.append(
                Statement(
                    allows: effect == "Allow", isForEverybody: node["Principal"] != nil && names.contains("*"),
                    isConditional: node["Condition"] != nil, actions: Self.texts(action), resources: Self.texts(resource)))
        }
        guard !statements.isEmpty else { return nil }
        self.statements = statements
    }

    /// Whether every resource may be a bucket or objects in it.
    func concerns(only bucket: String) -> Bool {
        let mark = "arn:aws:s3:::"
        return statements.allSatisfy { statement in
            !statement.resources.isEmpty
                && statement.resources.allSatisfy { resource in
                    guard resource != "*" else { return true }
                    let name = resource.dropFirst(mark.count).prefix { $0 != "/" }
                    return resource.hasPrefix(mark) && Self.matches(String(name), bucket)
                }
        }
    }

    private static func texts(_ node: JSONNode?) -> [String] {
        guard let node else { return [] }
        if case .list(let items) = node { return items.compactMap(\.string) }
        return node.string.map { [$0] } ?? []
    }

    /// Whether everybody may do something with a resource. Conditions are not read: an Allow with one does not hold, a Deny with one does.
    func allowsEverybody(_ action: String, _ resource: String) -> Bool {
        let fitting = statements.filter { statement in
            statement.isForEverybody && statement.actions.contains { Self.matches($0.lowercased(), action.lowercased()) }
                && statement.resources.contains { Self.matches($0, resource) }
        }
        return fitting.contains { $0.allows && !$0.isConditional } && !fitting.contains { !$0.allows }
    }

    var isPublic: Bool { statements.contains { $0.allows && $0.isForEverybody && !$0.isConditional } }

    /// `*` stands for any text, `?` for any character.
    private static func matches(_ pattern: String, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern.utf8), Array(text.utf8))
        var (place, at) = (0, 0)
        var star: (place: Int, at: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == text[at] || pattern[place] == UInt8(ascii: "?") {
                (place, at) = (place + 1, at + 1)
            } else if let last = star {
                star = (last.place, last.at + 1)
                (place, at) = (last.place + 1, last.at + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
