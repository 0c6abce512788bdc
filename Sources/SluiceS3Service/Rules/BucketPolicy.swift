import SluiceJSON
import SluiceServer

/// The policy of a bucket, as far as it says what everybody may read. Source: IAM's reference, "JSON policy elements".
///
/// Statements about other principals are kept and say nothing here: a signed request of the bucket's owner may do everything.
struct BucketPolicy: Sendable {
    /// What is wrong with a policy, in S3's words.
    struct Fault: Error {
        var message: String
    }

    /// Names, or all names but some (`NotAction` and its like).
    struct Names: Sendable {
        var patterns: [String]
        var areOthers: Bool

        func contain(_ name: String) -> Bool { patterns.contains { BucketPolicy.matches($0, name) } != areOthers }
    }

    struct Statement: Sendable {
        var allows: Bool
        var isForEverybody: Bool
        var isConditional: Bool
        /// In lower case.
        var actions: Names
        var resources: Names

        init(_ node: JSONNode) throws(Fault) {
            guard let effect = node["Effect"]?.string else { throw Fault(message: "Missing required field Effect") }
            guard ["Allow", "Deny"].contains(effect) else { throw Fault(message: "Invalid effect: \(effect)") }
            allows = effect == "Allow"
            isConditional = node["Condition"] != nil
            actions = try Self.names("Action", of: node)
            actions.patterns = actions.patterns.map { $0.lowercased() }
            resources = try Self.names("Resource", of: node)
            let principal = try Self.one("Principal", of: node)
            guard !allows || !principal.isOther else { throw Fault(message: "Allow with NotPrincipal is not allowed.") }
            let names = principal.node.string.map { [$0] } ?? BucketPolicy.texts(principal.node["AWS"])
            isForEverybody = names.contains("*") != principal.isOther
        }

        private static func names(_ field: String, of node: JSONNode) throws(Fault) -> Names {
            let found = try one(field, of: node)
            return Names(patterns: BucketPolicy.texts(found.node), areOthers: found.isOther)
        }

        /// A field or its opposite, of which a statement has one.
        private static func one(_ field: String, of node: JSONNode) throws(Fault) -> (node: JSONNode, isOther: Bool) {
            switch (node[field], node["Not" + field]) {
            case (let named?, nil): return (named, false)
            case (nil, let other?): return (other, true)
            case (nil, nil): throw Fault(message: "Missing required field \(field)")
            case (_?, _?): throw Fault(message: "Statement has both \(field) and Not\(field)")
            }
        }
    }

    let statements: [Statement]

    /// Nil for bytes that are no policy.
    init?(_ bytes: [UInt8]) {
        guard let policy = try? BucketPolicy(parsing: bytes) else { return nil }
        self = policy
    }

    init(parsing bytes: [UInt8]) throws(Fault) {
        guard let root = try? JSONParser.parse(bytes), case .object = root else {
            throw Fault(message: "Policies must be valid JSON and the first byte must be '{'")
        }
        guard let list = root["Statement"] else { throw Fault(message: "Missing required field Statement") }
        var statements: [Statement] = []
        let nodes: [JSONNode] = if case .list(let items) = list { items } else { [list] }
        for node in nodes { statements.append(try Statement(node)) }
        guard !statements.isEmpty else { throw Fault(message: "Statement is empty!") }
        self.statements = statements
    }

    /// Whether every resource that is named may be a bucket or objects in it.
    func concerns(only bucket: String) -> Bool {
        let mark = "arn:aws:s3:::"
        return statements.allSatisfy { statement in
            !statement.resources.patterns.isEmpty
                && statement.resources.patterns.allSatisfy { resource in
                    guard resource != "*" else { return true }
                    let name = resource.dropFirst(mark.count).prefix { $0 != "/" }
                    return resource.hasPrefix(mark) && Self.matches(String(name), bucket)
                }
        }
    }

    fileprivate static func texts(_ node: JSONNode?) -> [String] {
        guard let node else { return [] }
        if case .list(let items) = node { return items.compactMap(\.string) }
        return node.string.map { [$0] } ?? []
    }

    /// Whether everybody may do something with a resource. Conditions are not read: an Allow with one does not hold, a Deny with one does.
    func allowsEverybody(_ action: String, _ resource: String) -> Bool {
        let fitting = statements.filter { statement in
            statement.isForEverybody && statement.actions.contain(action.lowercased()) && statement.resources.contain(resource)
        }
        return fitting.contains { $0.allows && !$0.isConditional } && !fitting.contains { !$0.allows }
    }

    var isPublic: Bool { statements.contains { $0.allows && $0.isForEverybody && !$0.isConditional } }

    /// `*` stands for any text, `?` for any character.
    static func matches(_ pattern: String, _ text: String) -> Bool {
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
