package import SluiceCore
import SluiceHTTP

/// Which connection a session is of.
package struct ConnectionIdentity: Hashable, Sendable {
    package var name: String
    /// Another one whenever somebody sets the connection, and the same when the service changes a token; empty for a connection from before there
    /// were such.
    package var id: String

    package init(name: String, id: String) { (self.name, self.id) = (name, id) }
}

/// What records depend on, as texts that are compared.
extension ServiceSession {
    /// Where the account is, as far as settings say: the address, and settings that are no secrets and stand in headers or paths.
    package func place(of entity: ServiceEntity) -> [String] {
        let open = Set(declaration.settings.filter { !$0.isSecret }.map(\.name))
        let templates =
            declaration.headers.map(\.value) + [entity.read?.path, entity.read?.opening?.path, entity.job?.create.path].compactMap(\.self)
        let names = Set(templates.flatMap(\.names)).intersection(open)
        return [address.description] + names.sorted().compactMap { name in values[name].map { "\(name)=\($0)" } }
    }

    /// Whose limits requests count for: settings that are no secrets, or where none is given a mark of the keys.
    ///
    /// Refresh tokens, which services change, tell nothing of the account.
    static func account(
        _ declaration: ServiceDeclaration, _ values: [String: String], _ around: Surroundings
    ) throws(SluiceError) -> String {
        let open = declaration.settings.filter { !$0.isSecret }.map { values[$0.name] ?? "" }
        guard open.allSatisfy(\.isEmpty) else { return open.joined(separator: "\n") }
        let changing = Set(
            declaration.logins.compactMap { login -> String? in
                guard case .refreshToken(_, _, _, let setting, _) = login else { return nil }
                return setting
            })
        let keys = declaration.settings.map(\.name).filter { values[$0] != nil && !changing.contains($0) }
        guard !keys.isEmpty else { return open.joined(separator: "\n") }
        return try around.mark(keys.flatMap { [$0, values[$0] ?? ""] })
    }

    /// What pages depend on: the connection, the first request and the way from one to the next.
    ///
    /// - Parameter more: Values beside the settings': the parent's key.
    func traits(
        _ entity: ServiceEntity, _ read: ServiceEntity.Read, _ target: PageTarget, _ more: [String: String]
    ) throws(SluiceError) -> [String] {
        let request = try pageRequest(entity, read, target, more)
        var traits = identityTraits + [request.method, request.address.description]
        if let body = request.body { traits.append(String(decoding: body, as: UTF8.self)) }
        for header in request.headers { traits.append("\(header.name): \(header.value)") }
        traits.append(read.records.joined(separator: "."))
        traits.append("\(read.paging) \(read.endsShort) \(read.keepsParameters) \(read.mayBeAbsent) \(read.hasParent) \(read.size)")
        if let flag = read.flag { traits.append("\(flag.path) \(flag.isDone)") }
        if let opening = read.opening {
            traits.append("\(opening.cursor) \(opening.path) \(opening.parameters.map { "\($0.name)=\($0.value)" })")
        }
        return traits
    }

    /// What a job depends on: the connection, and what the request asks for that makes it.
    package func traits(_ job: JobRead, _ more: [String: String]) -> [String] {
        let filled = values.merging(more) { $1 }
        let texts = [job.create.path, job.create.body, job.results.path].compactMap(\.self).map { $0.filled(filled) ?? $0.description }
        let parameters = job.results.parameters.map { "\($0.name)=\($0.value)" }
        return identityTraits + [address.description, job.create.method] + texts + parameters
    }

    private var identityTraits: [String] { [identity?.name ?? "", identity?.id ?? ""] }
}

extension ServiceReader {
    /// What the pages depend on.
    package func traits() throws(SluiceError) -> [String] { try session.traits(entity, read, firstTarget, parents) }
}
