import SluiceServer

/// One operation of the service: which requests are it, and what it does.
struct S3Operation: Sendable {
    /// What an address names.
    enum Level: Hashable, Sendable { case service, bucket, object }

    typealias Body = @Sendable (S3Call) async throws -> ServiceResponse

    var name: String
    var method: String
    var level: Level
    /// A parameter of the query by which it is known; nil for the one that has none.
    var mark: String?
    /// A further parameter that it has.
    var parameter: String?
    /// A header by which it is known.
    var header: String?
    /// Whether everybody may ask for it where the bucket's policy says so, without a signature; the policy's name of it.
    private var publicAction: String?
    /// The policy's name of it where a version is named; nil: the same.
    private var versionAction: String?
    /// Whether the operation itself finds out who may, by what is in the body.
    var admitsCallers: Bool
    /// What it is answered with where Sluice does not have it.
    var refusal: ServiceFault?
    var run: Body

    init(
        _ name: String, _ method: String, _ level: Level, mark: String? = nil, header: String? = nil, publicAction: String? = nil,
        versionAction: String? = nil, admitsCallers: Bool = false, run: @escaping Body
    ) {
        self.name = name
        self.method = method
        self.level = level
        self.mark = mark
        self.header = header
        self.publicAction = publicAction
        self.versionAction = versionAction
        self.admitsCallers = admitsCallers
        self.run = run
    }

    /// An operation that is refused.
    init(_ name: String, _ method: String, _ level: Level, mark: String, parameter: String? = nil, refusal: ServiceFault) {
        self.init(name, method, level, mark: mark) { _ in throw refusal }
        self.parameter = parameter
        self.refusal = refusal
    }

    /// What a policy calls it; nil where none opens it. Source: S3's user guide, "Required permissions for S3 API operations".
    func publicAction(_ query: QueryItems) -> String? { query["versionId"] == nil ? publicAction : versionAction ?? publicAction }

    /// All of them; of several that fit, the first is meant.
    static let all: [S3Operation] =
        bucketOperations + bucketSettings + notifications + refusals + listings + uploads + tagging + reads + writes + forms

    private struct Route: Hashable {
        var method: String
        var level: Level
    }

    private static let byRoute = Dictionary(grouping: all) { Route(method: $0.method, level: $0.level) }

    /// Parameters of a query that name a part of a bucket or object: with one of them that no operation has, nothing else is meant. Without
    /// those of `refusals` a rename would be a write of nothing.
    static let subresources: Set<String> = Set(all.compactMap(\.mark))

    /// - Throws: `MethodNotAllowed`.
    static func find(_ head: RequestHead, _ query: QueryItems, _ level: Level) throws(ServiceFault) -> S3Operation {
        let named = query.list.isEmpty ? [] : Set(query.list.map(\.name)).intersection(subresources)
        let found = byRoute[Route(method: head.method, level: level)]?.first { operation in
            operation.mark.map(named.contains) ?? named.isEmpty && operation.header.map { head.headers[$0] != nil } ?? true
                && operation.parameter.map { query[$0] != nil } ?? true
        }
        guard let found else {
            throw ServiceFault(
                405, "MethodNotAllowed", "The specified method is not allowed against this resource.",
                details: [("Method", head.method), ("ResourceType", named.sorted().first?.uppercased() ?? "\(level)".uppercased())])
        }
        return found
    }
}
