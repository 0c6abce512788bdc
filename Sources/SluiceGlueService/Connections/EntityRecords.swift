import FoundationEssentials
import SluiceCore
import SluiceSaaS
import SluiceServer

/// Records of an entity, read from the service when a client asks.
enum EntityRecords {
    static let operations: [GlueOperation] = [GlueOperation("GetEntityRecords", read)]

    private static let listing = "records"

    /// Where the next answer begins: the position before a page, and the records of that page that were given already.
    private struct Place: Codable {
        var position: ReadPosition
        var given: Int
    }

    @Sendable private static func read(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("ConnectionName", Rules.name)
        let entityName = try input.requiredText("EntityName", Rules.search)
        let limit = try input.requiredInteger("Limit", 1...1_000)
        let fields = try input.texts("SelectedFields", count: 1...1_000, Rules.search)
        let filtering = "records come as the service orders them; a pipeline filters and sorts"
        try input.refuse([
            "FilterPredicate": filtering, "OrderBy": filtering, "DataStoreApiVersion": "the connector knows the version that it speaks",
        ])
        if input.value("ConnectionOptions")?.members.isEmpty == false { throw Faults.invalid("ConnectionOptions are not supported.") }
        let last = try ListToken.last(&input, listing)
        try input.finish()
        let session = try ConnectionBook(call).session(name)
        let entity = try Entities.found(entityName, session.declaration)
        guard entity.parent == nil else {
            throw Faults.invalid("Each record of another entity has its own \(entityName); a pipeline or a flow reads them.")
        }
        for field in fields ?? [] where !entity.hasOpenFields && !entity.readNames.contains(field) {
            throw Faults.invalid("\(entityName) has no field \(field).")
        }
        do {
            let (records, next) = try await records(session, entity, from: place(last), limit: limit)
            let shown = records.map { record in
                fields.map { fields in WireValue.object(record.members.filter { fields.contains($0.name) }) } ?? record
            }
            return .value(.structure(["Records": .list(shown), "NextToken": try next.map(token)]))
        } catch {
            throw ConnectionFaults.fault(error)
        }
    }

    /// - Returns: At most `limit` records; where the next ones are, nil at the end.
    private static func records(
        _ session: ServiceSession, _ entity: ServiceEntity, from place: Place, limit: Int
    ) async throws -> (records: [WireValue], next: Place?) {
        let reader = try ServiceReader(session, entity, parent: nil, from: place.position)
        var records: [WireValue] = []
        var given = place.given
        while !reader.isDone {
            let before = reader.position
            guard let page = try await reader.next() else { break }
            let taken = page.records.dropFirst(given).prefix(limit - records.count)
            for range in taken {
                let text = String(decoding: page.bytes[range], as: UTF8.self)
                guard let record = WireValue(json: text) else { throw SluiceError(.malformedRecord, "a record is no JSON") }
                records.append(record)
            }
            let used = given + taken.count
            if used < page.records.count { return (records, Place(position: before, given: used)) }
            given = 0
            if records.count == limit { return (records, reader.isDone ? nil : Place(position: reader.position, given: 0)) }
        }
        return (records, nil)
    }

    /// - Throws: `InvalidInputException` for a token that none of these operations gave.
    private static func place(_ token: String?) throws(ServiceFault) -> Place {
        guard let token else { return Place(position: ReadPosition(), given: 0) }
        guard let place = try? JSONDecoder().decode(Place.self, from: Data(token.utf8)), place.given >= 0 else {
            throw Faults.invalid("The NextToken is none of this listing.")
        }
        return place
    }

    private static func token(_ place: Place) throws -> WireValue {
        let text = String(decoding: try JSONEncoder().encode(place), as: UTF8.self)
        return .text(PageToken.text(listing, text))
    }
}
