package import SluiceCore
import SluiceHTTP
import SluiceJSON

extension ServiceSession {
    /// The entity with the fields that the service has for it now, behind those that are declared; itself where the service does not tell them.
    ///
    /// - Throws: what asking throws, and `serviceFailed` for an answer of another shape: fields that are left out in silence would be lost.
    package func following(_ entity: ServiceEntity) async throws(SluiceError) -> ServiceEntity {
        guard let description = entity.describe else { return entity }
        guard let path = description.path.filled(values, encode: { PercentText.encode($0) }) else { return entity }
        var request = WebRequest("GET", try located(path), label: "\(declaration.name) \(entity.name) fields")
        request.headers = headers(values)
        let answer = try await send(request, [], .json)
        var following = entity
        do throws(JSONScanner.Failure) {
            following.fields += try Self.fields(description, answer.body, beyond: Set(entity.fields.map(\.name)))
        } catch {
            throw shapeless(request, answer)
        }
        guard following.fields.count > entity.fields.count || Self.isDescribed(description, answer.body) else {
            throw shapeless(request, answer)
        }
        return following
    }

    private func shapeless(_ request: WebRequest, _ answer: WebAnswer) -> SluiceError {
        SluiceError(
            .serviceFailed, "\(request.label): \(request.shown) answered with no list of fields: \(WebClient.quoted(answer.body))",
            remedy: "name the columns to read, so that the service is not asked for them")
    }

    private static func isDescribed(_ description: EntityDescription, _ body: [UInt8]) -> Bool {
        let scanner = JSONScanner(body)
        guard let document = try? scanner.document(), let list = try? scanner.find(description.fields, in: document) else { return false }
        return scanner.kind(list) == .list
    }

    private static func fields(
        _ description: EntityDescription, _ body: [UInt8], beyond known: Set<String>
    ) throws(JSONScanner.Failure) -> [ServiceEntity.Field] {
        let scanner = JSONScanner(body)
        let document = try scanner.document()
        guard let list = try scanner.find(description.fields, in: document), scanner.kind(list) == .list else { return [] }
        var found: [ServiceEntity.Field] = []
        var names = known
        for element in try scanner.elements(list) {
            func text(_ path: [String]) throws(JSONScanner.Failure) -> String? {
                guard let place = try scanner.find(path, in: element) else { return nil }
                return try scanner.text(place)
            }
            guard let name = try text(description.name), !name.isEmpty, names.insert(name).inserted else { continue }
            let type = try text(description.type) ?? ""
            guard !description.skipped.contains(type) else { continue }
            var field = ServiceEntity.Field(
                name: name, type: description.types[type] ?? .string, description: "", isReadable: true, writes: [])
            for (write, path) in description.writes {
                if try text(path) == "true" { field.writes.insert(write) }
            }
            found.append(field)
        }
        return found
    }
}
