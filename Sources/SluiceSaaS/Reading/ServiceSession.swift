package import SluiceCore
package import SluiceHTTP
import SluiceJSON

/// A declared service together with one connection's settings.
package struct ServiceSession: Sendable {
    package let declaration: ServiceDeclaration
    package let address: WebAddress
    let values: [String: String]
    let client: WebClient
    /// Nil for settings that no connection keeps.
    package let identity: ConnectionIdentity?

    /// What a session needs beside the declaration.
    package struct Surroundings: Sendable {
        package var transport: any WebTransport = PooledTransport()
        package var pacing = Pacing.system
        /// How often requests are made anew.
        package var policy = RetryPolicy.services
        /// Told every secret that comes up.
        package var onSecret: @Sendable (String) -> Void = { _ in }
        /// Where a refresh token is kept, by the setting's name.
        package var vault: (@Sendable (String) -> any TokenVault)?
        /// Where the service is, in place of its own address.
        package var address: String?
        /// Nil for settings that no connection keeps.
        package var identity: ConnectionIdentity?
        /// Nil for the one that the process shares.
        package var limiter: Limiter?
        /// Where processes of one state share the limits of accounts.
        package var limitsFolder: String?
        /// Tells secrets apart without showing them: a mark of the state, or of this process alone.
        package var mark: @Sendable ([String]) throws(SluiceError) -> String = { texts in String(texts.hashValue) }

        package init() {}
    }

    /// - Throws: `missingKey` for a setting that is not given, `invalidOption` for one that is not known.
    package init(_ declaration: ServiceDeclaration, _ values: [String: String], _ around: Surroundings) throws(SluiceError) {
        var around = around
        around.transport = UnpackingTransport(around.transport)
        for name in values.keys.sorted() where !declaration.settings.contains(where: { $0.name == name }) {
            throw SluiceError(
                .invalidOption, "\(declaration.name) has no setting \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: declaration.settings.map(\.name), noun: "settings"))
        }
        for setting in declaration.settings {
            if setting.isSecret, let value = values[setting.name] { around.onSecret(value) }
            // An address of the connection's own stands for what the settings would make of it.
            let isNeeded = !setting.isOptional && !(around.address != nil && declaration.address.names.contains(setting.name))
            guard !isNeeded || values[setting.name] != nil else {
                throw SluiceError(
                    .missingKey, "the connection to \(declaration.name) lacks the setting \"\(setting.name)\"",
                    remedy: "add it: --set \(setting.name)=…")
            }
        }
        address = try Self.address(declaration, values, around)
        self.declaration = declaration
        self.values = values
        identity = around.identity
        let login = try Logins(declaration, values, address, around).authenticator()
        let limiter: Limiter
        if let own = around.limiter {
            limiter = own
        } else {
            let account = try Self.account(declaration, values, around)
            limiter = try Limiter.shared(
                account: "\(declaration.name)\n\(account)", host: address.host, concurrency: declaration.concurrency,
                folder: around.limitsFolder)
        }
        client = WebClient(around.transport, limiter: limiter, authenticator: login, pacing: around.pacing, policy: around.policy)
    }

    /// Where the service is: credentials are given to it encrypted, or on this machine only.
    static func address(
        _ declaration: ServiceDeclaration, _ values: [String: String], _ around: Surroundings
    ) throws(SluiceError) -> WebAddress {
        guard let text = around.address ?? declaration.address.filled(values, encode: { PercentText.encode($0) }) else {
            throw SluiceError(.missingKey, "the connection to \(declaration.name) does not say where it is")
        }
        let address = try WebAddress(parsing: text)
        guard address.scheme == .https || address.isLoopback else {
            throw SluiceError(
                .invalidOption, "\(address.origin) would be given credentials without encryption", remedy: "write an address of https")
        }
        return address
    }

    /// Where people log in to the service in a browser, and the setting that keeps the refresh token which they get.
    ///
    /// - Throws: `invalidOption` for a service without such a login; `missingKey` where an id is missing.
    package static func browser(
        _ declaration: ServiceDeclaration, _ values: [String: String], _ around: Surroundings
    ) throws(SluiceError) -> (service: LoopbackLogin.Service, setting: String) {
        try Logins(declaration, values, address(declaration, values, around), around).browser()
    }

    /// Asks for what the declaration names as a check of a connection, or for the first page of an entity.
    package func check() async throws(SluiceError) {
        if declaration.check == nil,
            let entity = declaration.entities.first(where: { $0.read?.opening == nil && $0.parent == nil && $0.read != nil }),
            let read = entity.read
        {
            let request = try pageRequest(entity, read, PageWalk(entity, read, from: ReadPosition()).target, [:])
            _ = try await send(request, read.limits, .json)
            return
        }
        let check = declaration.check.map { $0.filled(values, encode: { PercentText.encode($0) }) } ?? "/"
        guard let check else { return }
        var request = WebRequest("GET", try located(check), label: declaration.name)
        request.headers = headers(values)
        _ = try await send(request, [], .json)
    }

    /// Sends a request that writes a record, or a batch of them; `key` fills the path.
    package func write(
        _ entity: ServiceEntity, _ write: ServiceEntity.WriteRequest, body: [UInt8], key: String, isRepeatable: Bool,
        idempotencyKey: String
    ) async throws(SluiceError) -> WebAnswer {
        guard let path = write.path.filled(values.merging(["key": key]) { $1 }, encode: { PercentText.encode($0) }) else {
            throw SluiceError(.missingKey, "the path of \(entity.name) needs a value that the connection does not have")
        }
        var request = WebRequest(
            write.method, try located(path), label: "\(declaration.name) \(entity.name)",
            isRepeatable: isRepeatable)
        request.headers = headers(values)
        if write.method != "DELETE" {
            request.setHeader("Content-Type", write.body == .json ? "application/json" : "application/x-www-form-urlencoded")
            request.body = body
        }
        if let name = write.idempotencyHeader { request.setHeader(name, idempotencyKey) }
        // What became of each record of a batch stands in the answer.
        return try await send(request, write.limits, write.batch == nil ? .any : .json)
    }

    /// The declared headers whose values are known.
    func headers(_ values: [String: String]) -> [(name: String, value: String)] {
        declaration.headers.compactMap { header in header.value.filled(values).map { (header.name, $0) } }
    }

    /// - Throws: `keyNotInPath` where a key makes a part of the path that leads to another folder.
    func located(_ path: String) throws(SluiceError) -> WebAddress {
        if let part = path.prefix(while: { $0 != "?" }).split(separator: "/").first(where: { $0 == "." || $0 == ".." }) {
            throw SluiceError(
                .keyNotInPath, "\(declaration.name): a path with the part \(String(part).quotedForMessage) leads to another folder",
                remedy: "a key of that name cannot stand in an address")
        }
        guard let mark = path.firstIndex(of: "?") else { return address.appending(path: path) }
        return try WebAddress(parsing: address.appending(path: String(path[..<mark])).description + path[mark...])
    }

    /// - Parameter unreadable: Codes and statuses that say that a parent's records cannot be read.
    func send(
        _ request: WebRequest, _ rules: [RateRule], _ shape: AnswerJudge.Shape, unreadable: Set<String> = []
    ) async throws(SluiceError) -> WebAnswer {
        let judge = AnswerJudge(declaration.answers, client, shape, unreadable: unreadable)
        let answer = try await client.send(request, rules: declaration.limits + rules) { judge.verdict($0, $1.withoutMark) }
        // Ranges of a file stay as long as they are.
        return shape == .delimited ? answer : answer.withoutMark
    }
}

extension SluiceError.Code {
    /// A page's cursor has ended; the reader begins again behind what it has.
    package static let pageExpired = Self("page-expired")
    /// Pages without a record follow one another, more than are taken for an end that is near. The position is behind them.
    package static let pagesWithoutRecords = Self("pages-without-records")
    /// The service gives none of a parent's records; the reader leaves the parent out.
    static let parentUnreadable = Self("parent-unreadable")
    /// A key that an address cannot have as a part of its path.
    static let keyNotInPath = Self("key-not-in-path")
}
