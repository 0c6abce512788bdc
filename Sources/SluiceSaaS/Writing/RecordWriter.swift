package import SluiceCore
import SluiceHTTP
import SluiceJSON

/// What became of one record.
package enum WriteResult: Sendable {
    case written
    /// The service has no record that could be removed: it is gone already, or never was.
    case absent
    /// The service does not take this record; others may be fine.
    case refused(SluiceError)
}

/// Writes records of one entity, one request each, or several in one.
package struct RecordWriter: Sendable {
    let session: ServiceSession
    let entity: ServiceEntity
    private let kind: ServiceEntity.Write
    let request: ServiceEntity.WriteRequest

    /// - Throws: `invalidOption` for an entity that does not take the write.
    package init(_ session: ServiceSession, _ entity: ServiceEntity, _ kind: ServiceEntity.Write) throws(SluiceError) {
        guard let request = entity.writes[kind] else {
            let known = ServiceEntity.Write.allCases.filter { entity.writes[$0] != nil }.map(\.rawValue)
            throw SluiceError(
                .invalidOption, "\(entity.name) of \(session.declaration.name) takes no \(kind.rawValue)",
                remedy: known.isEmpty ? "it can only be read" : "it takes \(known.joined(separator: ", "))")
        }
        self.session = session
        self.entity = entity
        self.kind = kind
        self.request = request
    }

    /// Whether a record that is sent twice is made once.
    package var isIdempotent: Bool { kind != .create || request.idempotencyHeader != nil }
    package var takesKey: Bool { request.path.names.contains("key") }

    /// Collects records for requests that take several; nil where each has its own.
    package var collector: RecordCollector? { request.batch.map { RecordCollector($0) { [self] in null(of: $0) } } }

    /// - Throws: `unknownColumn` for columns that the write does not take, or lacks.
    package func check(_ columns: [String]) throws(SluiceError) {
        try entity.check(columns, for: kind, keys: takesKey ? entity.key : request.batch?.keys ?? [])
    }

    /// Sends one record.
    ///
    /// - Parameters:
    ///   - record: A JSON object.
    ///   - idempotencyKey: The same for the same record of the same pipeline.
    /// - Throws: what is wrong with more than the record: credentials, the connection, limits.
    package func write(_ record: [UInt8], idempotencyKey: String) async throws(SluiceError) -> WriteResult {
        guard let node = try? JSONParser.parse(record), case .object(let members) = node else {
            return .refused(SluiceError(.malformedRecord, "the record is no JSON object"))
        }
        var key = ""
        var sent: [JSONNode.Member] = []
        for member in members {
            if takesKey, entity.key.contains(member.name) {
                if member.value != .null { key = member.value.string ?? String(decoding: member.value.json, as: UTF8.self) }
            } else if member.value != .null {
                sent.append(member)
            } else if let null = null(of: member.name) {
                sent.append(JSONNode.Member(name: member.name, value: null))
            }
        }
        if takesKey, key.isEmpty {
            return .refused(SluiceError(.malformedRecord, "the record has no \(entity.key.joined(separator: ", "))"))
        }
        do throws(SluiceError) {
            _ = try await session.write(
                entity, request, body: body(sent), key: key, isRepeatable: isIdempotent, idempotencyKey: idempotencyKey)
            return .written
        } catch {
            // As behind a run that was cut off.
            if kind == .delete, error.code == .notFound { return .absent }
            guard [.requestRefused, .notFound, .keyNotInPath].contains(error.code) else { throw error }
            guard error.code == .notFound else { return .refused(error) }
            // Where no row's key stands in the path, it is the path that is not there.
            guard takesKey else { throw error }
            return .refused(
                SluiceError(
                    .requestRefused, error.message,
                    remedy: "check the row's key, and the connection's address where no row is found; or name a file that takes such rows: "
                        + "errors: refused.jsonl"))
        }
    }

    /// What is sent for a null of a field; nil where it is left out: what no record shows cannot be cleared.
    private func null(of name: String) -> JSONNode? {
        guard entity.fields.contains(where: { $0.name == name && $0.isReadable }) else { return nil }
        switch request.nulls {
        case .send: return request.body == .form ? .string("") : .null
        case .empty: return .string("")
        case .omit: return nil
        }
    }

    private func body(_ members: [JSONNode.Member]) -> [UInt8] {
        switch request.body {
        case .json:
            let object = JSONNode.object(members)
            return (request.wrap.map { .object([JSONNode.Member(name: $0, value: object)]) } ?? object).json
        case .form:
            var parameters: [(name: String, value: String)] = []
            for member in members { Self.flatten(member.value, member.name, &parameters) }
            return Array(FormText.encode(parameters).utf8)
        }
    }

    /// `metadata[plan]=x`, `items[0][id]=y`.
    private static func flatten(_ value: JSONNode, _ name: String, _ parameters: inout [(name: String, value: String)]) {
        switch value {
        case .object(let members): for member in members { flatten(member.value, "\(name)[\(member.name)]", &parameters) }
        case .list(let elements): for (index, element) in elements.enumerated() { flatten(element, "\(name)[\(index)]", &parameters) }
        case .null: break
        case .text(let bytes): parameters.append((name, String(decoding: bytes, as: UTF8.self)))
        case .number, .boolean: parameters.append((name, String(decoding: value.json, as: UTF8.self)))
        }
    }
}
