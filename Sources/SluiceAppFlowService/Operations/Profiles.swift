import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import SluiceServer

/// Connector profiles: connections of the catalog, with credentials that are encrypted and never told.
enum Profiles {
    static let operations: [AppFlowOperation] = [
        AppFlowOperation("CreateConnectorProfile", "POST", "/create-connector-profile", create),
        AppFlowOperation("UpdateConnectorProfile", "POST", "/update-connector-profile", update),
        AppFlowOperation("DeleteConnectorProfile", "POST", "/delete-connector-profile", delete),
        AppFlowOperation("DescribeConnectorProfiles", "POST", "/describe-connector-profiles", describe),
    ]

    @Sendable private static func create(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("connectorProfileName", Rules.profileName)
        let key = try input.text("kmsArn", Rules.key)
        let type = try input.requiredText("connectorType", Rules.connectorType)
        let label = try input.text("connectorLabel", Rules.label)
        let body = try input.members(members)
        try input.finish()
        if let key { throw Faults.invalid("The key \(key) is not supported: the state has a key of its own. Leave kmsArn out.") }
        let home = call.context
        let service = try home.service(type, label: label)
        let token = body["clientToken"]?.string
        let now = home.clock.nowMicros()
        let record = ProfileRecord(
            name: name, type: type, label: service.label, mode: try publicMode(body), properties: try properties(body), createdMicros: now,
            updatedMicros: now, clientToken: token)
        if let known = try? home.profile(name) {
            guard let token, token == known.clientToken, known.type == type, known.properties == record.properties else {
                throw Faults.conflict("Connector profile with name \(name) already exists.")
            }
            return arn(name, call)
        }
        if try home.catalog.connection(HouseName.of(name)) != nil {
            throw Faults.conflict("There is a connection \(HouseName.of(name)) that no client made; choose another name.")
        }
        try await store(body, service, name, home)
        guard try home.catalog.addDocument(ProfileRecord.kind, name, record.value.json) else {
            throw Faults.conflict("Connector profile with name \(name) already exists.")
        }
        return arn(name, call)
    }

    private static let members: [ShapeMember] = [
        .required("connectionMode", .text(Rules.mode)), .required("connectorProfileConfig", ProfileShapes.config),
        .optional("clientToken", .text(Rules.clientToken)),
    ]

    private static func arn(_ name: String, _ call: AppFlowCall) -> WireValue {
        .structure(["connectorProfileArn": call.arn("connectorprofile/" + name)])
    }

    private static func publicMode(_ body: WireValue) throws(ServiceFault) -> String {
        guard let mode = body["connectionMode"]?.string, mode == "Public" else {
            throw Faults.invalid("The connection mode Private is not supported: this port has no private links.")
        }
        return mode
    }

    private static func properties(_ body: WireValue) throws -> WireValue {
        guard let value = body["connectorProfileConfig"]?["connectorProfileProperties"], let kept = WireValue(json: value.json) else {
            throw LayerRefusal.internalFailure
        }
        return kept
    }

    /// Keeps the connection, once its service has taken the credentials.
    private static func store(_ body: WireValue, _ service: ConnectedService, _ name: String, _ home: AppFlowHome) async throws {
        let settings = try ProfileSettings(body["connectorProfileConfig"] ?? .null, of: service) { secret in
            try SecretStore(home.catalog).value(secret)
        }
        let parts = settings.parted(service.declaration)
        try await check(settings, service, home)
        _ = try ConnectionStore(home.catalog).set(
            HouseName.of(name), connector: service.declaration.name, settings: parts.settings, secrets: parts.secrets,
            address: settings.address)
    }

    /// Asks the service for something small.
    ///
    /// - Throws: `ValidationException` for settings that are none, `ConnectorAuthenticationException` for a service that does not take them.
    private static func check(_ settings: ProfileSettings, _ service: ConnectedService, _ home: AppFlowHome) async throws {
        let session: ServiceSession
        do throws(SluiceError) {
            var around = ServiceSession.Surroundings()
            around.address = settings.address
            around.limitsFolder = "\(home.world.directory)/limits"
            // Whoever waits for the answer is told why there is none, before the time is over.
            around.policy.attempts = AppFlowLimits.checkAttempts
            around.onSecret = { KnownSecrets.add($0) }
            let token = settings.values["refresh_token"] ?? ""
            around.vault = { _ in GivenToken(token: token) }
            session = try ServiceSession(service.declaration, settings.values, around)
        } catch {
            throw Faults.invalid(Faults.told(KnownSecrets.masked(error)))
        }
        let failure = await withTaskGroup(of: String?.self) { group in
            group.addTask {
                do {
                    try await session.check()
                    return nil
                } catch {
                    return FlowRun.message(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(AppFlowLimits.checkSeconds))
                return "The service did not answer within \(AppFlowLimits.checkSeconds) seconds."
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let failure { throw Faults.authentication(failure) }
    }

    @Sendable private static func update(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("connectorProfileName", Rules.profileName)
        let body = try input.members(members)
        try input.finish()
        let home = call.context
        var record = try home.profile(name)
        record.mode = try publicMode(body)
        record.properties = try properties(body)
        record.updatedMicros = home.clock.nowMicros()
        try await store(body, try home.service(of: record), name, home)
        try home.catalog.change(ProfileRecord.kind, name) { value in
            guard value != nil else { throw Faults.noProfile(name) }
            value = record.value
        }
        home.entities.forget { $0.profile == name }
        return arn(name, call)
    }

    @Sendable private static func delete(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let name = try input.requiredText("connectorProfileName", Rules.profileName)
        let isForced = try input.boolean("forceDelete") ?? false
        try input.finish()
        let profile = try call.context.profile(name)
        if !isForced, let user = try call.context.flows().first(where: { $0.profiles.contains(name) }) {
            throw Faults.conflict("Connector profile \(name) is used by the flow \(user.name).")
        }
        try call.context.remove(profile)
        return .object([])
    }

    @Sendable private static func describe(_ call: AppFlowCall) async throws -> WireValue {
        var input = try call.input()
        let names = try input.texts("connectorProfileNames", count: 0...100, Rules.profileName) ?? []
        let type = try input.text("connectorType", Rules.connectorType)
        let label = try input.text("connectorLabel", Rules.label)
        let limit = try input.integer("maxResults", 1...100) ?? AppFlowLimits.page
        let last = try ListToken.last(&input, "profiles")
        try input.finish()
        let meant = try call.context.profiles().filter { profile in
            (names.isEmpty || names.contains(profile.name)) && (type == nil || profile.type == type)
                && (label == nil || profile.label == label)
        }
        let (page, token) = PageToken.page(meant, after: last, limit: limit, "profiles", name: \.name)
        return .structure(["connectorProfileDetails": .list(page.map { $0.described(call) }), "nextToken": token])
    }
}

/// The refresh token of a profile that is not kept yet.
private struct GivenToken: TokenVault {
    let token: String

    func lock() async throws(SluiceError) -> any Sendable { 0 }
    func read() throws(SluiceError) -> KeptTokens { KeptTokens(refresh: SecretText(token)) }
    /// A token that the service changes at the check would be lost.
    func keep(_ tokens: KeptTokens, insteadOf old: KeptTokens) throws(SluiceError) {
        guard tokens.refresh != old.refresh else { return }
        throw SluiceError(
            .noCredentials, "the service changes its refresh token at each use",
            remedy: "log in with `sluice connections add --login`, and name the connection in a flow of the project")
    }
}
