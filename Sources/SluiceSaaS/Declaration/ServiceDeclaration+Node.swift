import SluiceCore
import SluiceHTTP
package import SluicePipelines

extension ServiceDeclaration {
    /// Reads a declaration.
    ///
    /// - Parameter path: Of its file, or a name in angle brackets.
    /// - Throws: everything that is wrong with it, placed.
    package init(parsing text: String, path: String) throws {
        try self.init(DeclarationFiles.read(text, path: path))
    }

    package init(_ node: DefinitionNode) throws {
        let errors = ValueShape.object(ServiceKeys.connector).errors(in: node, connectors: ConnectorRegistry([]))
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        name = try node.require("connector").string()
        summary = try node.require("summary").string()
        settings = try node.entries("settings").map { entry throws(SluiceError) in
            Setting(
                name: entry.key, description: try entry.value.require("description").string(),
                isSecret: try entry.value[key: "secret"]?.boolean() ?? false,
                isOptional: try entry.value[key: "optional"]?.boolean() ?? false,
                example: try entry.value[key: "example"]?.string())
        }
        address = try node.require("url").template()
        logins = try (node[key: "auth"]?.list() ?? []).map { item throws(SluiceError) in try Login(item) }
        check = try node[key: "check"]?.template()
        limits = try node.limits(named: name)
        concurrency = try node[key: "concurrency"]?.integer() ?? HTTPLimits.concurrency
        headers = try node.templates("headers")
        answers = try Answers(node[key: "answers"])
        let connector = name
        entities = try node.entries("entities").map { entry throws(SluiceError) in
            try ServiceEntity(entry.key, entry.value, of: connector)
        }
        try checkNames(node)
    }

    /// What requests that read, and jobs, know beside the settings.
    private static let ofReading: Set = ["since", "limit", "fields", "job", "until", "quoted_fields"]

    /// Every name in braces is a setting or one of those that reading knows.
    private func checkNames(_ node: DefinitionNode) throws(SluiceError) {
        var known = Set(settings.map(\.name))
        for name in address.names where !known.contains(name) { throw unknown(name, known, try node.require("url")) }
        known.formUnion(Self.ofReading.union(["key"]))
        for entity in entities {
            let place = try node.require("entities").require(entity.name)
            if let parent = entity.parent?.entity, !entities.contains(where: { $0.name == parent && $0.key.count == 1 && $0.read != nil }) {
                throw place.invalid("\(parent.quotedForMessage) is no entity with one key that can be read")
            }
            let own = known.union(try settings(above: entity, at: place))
            let templates =
                [entity.read?.path].compactMap(\.self) + (entity.read?.parameters.map(\.value) ?? []) + (entity.job?.templates ?? [])
                + (entity.load?.templates ?? [])
            for name in templates.flatMap(\.names) + (entity.read?.body?.names ?? []) where !own.contains(name) {
                throw unknown(name, own, place)
            }
            if case .cursorValue(let keyset)? = entity.read?.paging {
                let known = own.union(["cursor"])
                for name in (keyset.ties + keyset.beyond).flatMap(\.value.names) where !known.contains(name) {
                    throw unknown(name, known, place)
                }
            }
            let ofWrites = own.subtracting(Self.ofReading)
            for write in entity.writes.values {
                for name in write.path.names where !ofWrites.contains(name) { throw unknown(name, ofWrites, place) }
            }
        }
    }

    /// What the keys of an entity's parents are called.
    private func settings(above entity: ServiceEntity, at place: DefinitionNode) throws(SluiceError) -> [String] {
        do throws(SluiceError) {
            return try parents(of: entity).map(\.setting)
        } catch {
            throw error.located(at: place.location)
        }
    }

    private func unknown(_ name: String, _ known: Set<String>, _ node: DefinitionNode) -> SluiceError {
        node.invalid(
            "{\(name)} is no setting", remedy: Suggestion.remedy(for: name, in: known.sorted(), noun: "names that are known"))
    }
}

extension ServiceDeclaration.Login {
    init(_ node: DefinitionNode) throws(SluiceError) {
        let entries = try node.mapping()
        guard entries.count == 1, let entry = entries.first else { throw node.invalid("\(node.path) must be one way to prove who asks") }
        let value = entry.value
        switch entry.key {
        case "basic": self = .basic(user: try value.require("user").template(), password: try value.require("password").template())
        case "bearer": self = .bearer(try value.template())
        case "header": self = .header(name: try value.require("name").string(), try value.require("value").template())
        case "parameter": self = .parameter(name: try value.require("name").string(), try value.require("value").template())
        case "client_credentials":
            self = .clientCredentials(
                token: try value.require("token").template(), id: try value.require("id").template(),
                secret: try value.require("secret").template(), scope: try value[key: "scope"]?.string())
        case "jwt_bearer":
            self = .assertion(
                token: try value.require("token").template(), id: try value.require("id").template(),
                user: try value.require("user").template(), audience: try value.require("audience").template(),
                key: try value.require("key").template())
        default:
            self = .refreshToken(
                token: try value.require("token").template(), id: try value.require("id").template(),
                secret: try value[key: "secret"]?.template(), setting: try value.require("setting").string(),
                browser: try value[key: "authorize"].map { node throws(SluiceError) in
                    ServiceDeclaration.Browser(authorize: try node.template(), scope: try value[key: "scope"]?.string())
                })
        }
    }
}

extension ServiceDeclaration.Answers {
    init(_ node: DefinitionNode?) throws(SluiceError) {
        guard let node else { return }
        if let success = node[key: "success"] {
            self.success = (try success.require("path").path(), try success.require("is").string())
        }
        code = try node[key: "code"]?.path() ?? []
        message = try node[key: "message"]?.path() ?? []
        retryCodes = try node.texts("retry_codes")
        retryStatuses = Set(try node.texts("retry_statuses").compactMap { Int($0) })
        throttleCodes = try node.texts("throttle_codes")
        spentCodes = try node.texts("spent_codes")
        renewCodes = try node.texts("renew_codes")
        expiredCodes = try node.texts("expired_codes")
    }
}

extension DefinitionNode {
    func entries(_ key: String) throws(SluiceError) -> [Entry] { try self[key: key]?.mapping() ?? [] }

    func template() throws(SluiceError) -> TemplateText {
        do throws(SluiceError) {
            return try TemplateText(try string())
        } catch {
            throw error.located(at: location)
        }
    }

    func templates(_ key: String) throws(SluiceError) -> [(name: String, value: TemplateText)] {
        var found: [(name: String, value: TemplateText)] = []
        for entry in try entries(key) { found.append((entry.key, try entry.value.template())) }
        return found
    }

    /// Names of members with dots between them.
    func path() throws(SluiceError) -> [String] { try string().split(separator: ".").map(String.init) }

    func texts(_ key: String) throws(SluiceError) -> Set<String> {
        var found: Set<String> = []
        for item in self[key: key]?.oneOrMany() ?? [] { found.insert(try item.string()) }
        return found
    }

    func limits(named name: String) throws(SluiceError) -> [RateRule] {
        var rules: [RateRule] = []
        for item in try self[key: "limits"]?.list() ?? [] {
            rules.append(
                RateRule(
                    try item[key: "name"]?.string() ?? name, requests: try item.require("requests").integer(),
                    per: .microseconds(try item.require("per").timeSpan().micros)))
        }
        return rules
    }
}
