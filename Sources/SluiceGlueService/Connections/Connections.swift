import SluiceCatalog
import SluiceCore
import SluiceServer

/// Connections: those that `sluice connections list` shows. Secrets of clients are encrypted in the state and told to nobody.
enum Connections {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateConnection", create), GlueOperation("UpdateConnection", update), GlueOperation("GetConnections", list),
        GlueOperation("GetConnection") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            _ = try input.boolean("HidePassword")
            try input.refuse(["ApplyOverrideForComputeEnvironment": "connections are of the server's own machine"])
            try input.finish()
            return .value(.structure(["Connection": try ConnectionBook(call).find(name).value]))
        },
        GlueOperation("DeleteConnection") { call in
            var input = try call.members()
            let name = try input.requiredText("ConnectionName", Rules.name)
            try input.finish()
            try ConnectionBook(call).remove(name)
            return .empty
        },
        GlueOperation("BatchDeleteConnection") { call in
            var input = try call.members()
            let names = try input.texts("ConnectionNameList", count: 0...25, Rules.name)
            if names == nil { input.missing("ConnectionNameList") }
            try input.finish()
            var removed: [String] = []
            var errors: [WireValue.Member] = []
            for name in names ?? [] {
                do throws(ServiceFault) {
                    try ConnectionBook(call).forget(name)
                    removed.append(name)
                } catch {
                    errors.append(.init(name, Faults.detail(error)))
                }
            }
            return .value(.structure(["Succeeded": .texts(removed), "Errors": .object(errors)]))
        },
        GlueOperation("TestConnection", test),
    ]

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let given = try input.connection()
        if given == nil { input.missing("ConnectionInput") }
        let tags = try input.tags()
        try input.finish()
        guard let given else { return .empty }
        let book = ConnectionBook(call)
        guard try call.catalog.connection(given.name) == nil else { throw Faults.exists("Connection already exists: \(given.name)") }
        try book.keep(given)
        if let tags { try Tags.set(tags, "connection/" + given.name, call.catalog) }
        return .value(.structure(["CreateConnectionStatus": .text(try await validated(given, book) ? "READY" : "FAILED")]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let given = try input.connection()
        if given == nil { input.missing("ConnectionInput") }
        try input.finish()
        guard let given else { return .empty }
        guard given.name == name else { throw Faults.invalid("A connection keeps its name: \(name) is not \(given.name).") }
        let book = ConnectionBook(call)
        try book.keep(try book.completed(given, from: try book.find(name)))
        _ = try await validated(given, book)
        return .empty
    }

    /// Asks the other side where the client wants that, and keeps what came of it.
    private static func validated(_ given: GivenConnection, _ book: ConnectionBook) async throws -> Bool {
        guard given.validates else { return true }
        var failure: String?
        do {
            try await book.check(try book.find(given.name))
        } catch {
            failure = ConnectionFaults.told(error)
        }
        try book.note(failure, of: given.name)
        return failure == nil
    }

    @Sendable private static func test(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.text("ConnectionName", Rules.name)
        let given = try input.connection("TestConnectionInput")
        try input.finish()
        guard (name == nil) != (given == nil) else { throw Faults.invalid("Give a ConnectionName or a TestConnectionInput.") }
        let book = ConnectionBook(call)
        do {
            if let name { try await book.check(try book.find(name)) } else if let given { try await book.check(given) }
        } catch {
            throw ConnectionFaults.fault(error)
        }
        return .empty
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        _ = try input.boolean("HidePassword")
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "connections")
        let filter = try input.structure("Filter") { filter throws(ServiceFault) in
            (
                criteria: try filter.texts("MatchCriteria", count: 0...10, Rules.name) ?? [],
                type: try filter.text("ConnectionType", Rules.name), version: try filter.integer("ConnectionSchemaVersion", 1...2)
            )
        }
        try input.finish()
        let all = try ConnectionBook(call).all().filter { record in
            filter.map { filter in
                filter.criteria.allSatisfy(record.criteria.contains) && filter.type.map { $0 == record.type } ?? true
                    && filter.version.map { $0 == record.version } ?? true
            } ?? true
        }
        let (page, token) = PageToken.page(all, after: last, limit: limit, "connections", name: \.stored.name)
        return .value(.structure(["ConnectionList": .list(page.map(\.value)), "NextToken": token]))
    }
}

/// What is wrong with a connection, or at its other side.
enum ConnectionFaults {
    /// What clients are told, without secrets.
    static func told(_ error: any Error) -> String {
        let text = (error as? ServiceFault)?.message ?? (error as? SluiceError).map(Faults.told) ?? ErrorLine.text(error)
        return String(KnownSecrets.masked(text).prefix(GlueLimits.errorCharacters))
    }

    /// - Returns: `FederationSourceException` where the other side does not answer as it should.
    static func fault(_ error: any Error) -> any Error {
        if error is ServiceFault || error is CancellationError { return error }
        if let error = error as? SluiceError, error.code.category == .definition { return Faults.fault(KnownSecrets.masked(error)) }
        return ServiceFault(400, "FederationSourceException", told(error))
    }
}
