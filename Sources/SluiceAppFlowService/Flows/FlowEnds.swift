import SluiceBuckets
import SluiceSaaS
import SluiceServer

/// The two ends of a flow, looked up.
struct FlowEnds: Sendable {
    /// A bucket of the port, and what keys in it begin with.
    struct Bucket: Sendable {
        var name: String
        var prefix: String
        /// The structure that names it.
        var properties: WireValue
    }

    /// An entity of a service, and the connection that it is reached by.
    struct Entity: Sendable {
        var service: ConnectedService
        var entity: ServiceEntity
        var connection: String
        var properties: WireValue
    }

    enum End: Sendable {
        case bucket(Bucket)
        case entity(Entity)
    }

    var source: End
    var destination: End

    var writesBucket: Bucket? { if case .bucket(let bucket) = destination { bucket } else { nil } }
    var writesEntity: Entity? { if case .entity(let entity) = destination { entity } else { nil } }

    /// The bucket that rows which a service refuses go into.
    var errorBucket: Bucket? {
        guard let errors = writesEntity?.properties["errorHandlingConfig"], errors["failOnFirstDestinationError"] != .boolean(true),
            let name = errors["bucketName"]?.string
        else { return nil }
        return Bucket(name: name, prefix: errors["bucketPrefix"]?.string ?? "", properties: errors)
    }
}

extension FlowBook {
    /// - Throws: `ValidationException` and `ResourceNotFoundException` for what cannot be an end, or is not there. Buckets are not looked for.
    func ends(of flow: FlowRecord) throws -> FlowEnds {
        let destinations = flow.document["destinationFlowConfigList"]?.elements ?? []
        guard destinations.count == 1 else {
            throw Faults.invalid("A flow has one destination, and this one has \(destinations.count).")
        }
        let ends = FlowEnds(
            source: try end(flow.source, "sourceConnectorProperties"),
            destination: try end(flow.destination, "destinationConnectorProperties"))
        if case .entity(let source) = ends.source, !source.entity.isReadable {
            throw Faults.invalid("The object \(source.entity.name) of \(source.service.declaration.name) cannot be read.")
        }
        return ends
    }

    private func end(_ config: WireValue, _ member: String) throws -> FlowEnds.End {
        let kind = try ConnectorKind.of(config["connectorType"]?.string ?? "")
        guard let properties = config[member]?[kind.member] else {
            throw Faults.invalid("\(member) must have \(kind.member) for the connector type \(kind.type).")
        }
        guard kind.hasProfiles else {
            return .bucket(
                FlowEnds.Bucket(
                    name: properties["bucketName"]?.string ?? "", prefix: properties["bucketPrefix"]?.string ?? "", properties: properties))
        }
        guard let name = config["connectorProfileName"]?.string else {
            throw Faults.invalid("connectorProfileName is required for the connector type \(kind.type).")
        }
        let profile = try profile(name)
        guard profile.type == kind.type else {
            throw Faults.invalid("The connector profile \(name) is of the type \(profile.type), and not \(kind.type).")
        }
        guard properties["customProperties"]?.textMap.isEmpty ?? true else {
            throw Faults.invalid("customProperties is not supported: connectors of Sluice have none.")
        }
        let service = try service(of: profile)
        let entity = try service.entity(properties["object"]?.string ?? properties["entityName"]?.string ?? "")
        return .entity(.init(service: service, entity: entity, connection: HouseName.of(name), properties: properties))
    }
}

extension AppFlowHome {
    /// - Throws: As `FlowBook`, and `ValidationException` for a bucket that is not there.
    func ends(of flow: FlowRecord) throws -> FlowEnds {
        let ends = try book.ends(of: flow)
        for end in [ends.source, ends.destination] { if case .bucket(let bucket) = end { try require(bucket) } }
        if let errors = ends.errorBucket { try require(errors) }
        return ends
    }

    /// - Throws: `ValidationException` for a bucket that is not there, is somebody else's, or for a prefix that is no folder.
    private func require(_ bucket: FlowEnds.Bucket) throws {
        let parts = bucket.prefix.split(separator: "/", omittingEmptySubsequences: true)
        let isPlain = bucket.prefix.unicodeScalars.allSatisfy { $0.value >= 0x20 && !"*?[]{}\\".unicodeScalars.contains($0) }
        guard isPlain, !parts.contains(where: { $0.hasPrefix(".") }) else {
            throw Faults.invalid(
                "The bucket prefix \(bucket.prefix) is no folder: it has parts that begin with a dot, or signs of a pattern.")
        }
        guard let found = try? buckets.bucket(bucket.name), found.owner == account else {
            throw Faults.invalid("The bucket \(bucket.name) does not exist, or belongs to another account.")
        }
    }
}
