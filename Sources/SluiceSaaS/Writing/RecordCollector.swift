package import SluiceCore
import SluiceHTTP
import SluiceJSON

/// Puts records together for requests that take several: not more than the service takes, and of one key one. Logic only; `RecordWriter` sends.
package struct RecordCollector: Sendable {
    /// A record, as it came and as it is sent.
    package struct Item: Sendable {
        package var row: [UInt8]
        var members: [JSONNode.Member]
        var bytes: Int
    }

    /// What becomes of a record that was handed in.
    package enum Outcome: Sendable {
        case collected
        /// These have to be sent first; the record waits for the next request.
        case send([Item])
        /// The record cannot be sent.
        case refused(SluiceError)
    }

    private let batch: WriteBatch
    /// What is sent for a null of a member; nil where it is left out.
    private let null: @Sendable (String) -> JSONNode?
    private var items: [Item] = []
    private var keys: Set<[String]> = []
    private var byteCount = 0

    init(_ batch: WriteBatch, null: @escaping @Sendable (String) -> JSONNode?) { (self.batch, self.null) = (batch, null) }

    /// - Parameter row: A JSON object.
    package mutating func take(_ row: [UInt8]) -> Outcome {
        guard let node = try? JSONParser.parse(row), case .object(let members) = node else {
            return .refused(SluiceError(.malformedRecord, "the record is no JSON object"))
        }
        let sent = members.compactMap { member in
            member.value == .null ? null(member.name).map { JSONNode.Member(name: member.name, value: $0) } : member
        }
        var key: [String] = []
        for name in batch.keys {
            guard let value = members.first(where: { $0.name == name })?.value, value != .null else {
                return .refused(SluiceError(.malformedRecord, "the record has no \(name)"))
            }
            // Services compare addresses and the like without their case.
            key.append((value.string ?? String(decoding: value.json, as: UTF8.self)).lowercased())
        }
        let item = Item(row: row, members: sent, bytes: JSONNode.object(sent).json.count + 1)
        guard item.bytes <= batch.bytes - Self.envelopeBytes else {
            return .refused(SluiceError(.recordTooLarge, "the record has \(item.bytes) bytes, more than a request takes"))
        }
        let isKnown = !key.isEmpty && keys.contains(key)
        let isFull = items.count >= batch.rows || byteCount + item.bytes > batch.bytes - Self.envelopeBytes
        let before = isKnown || isFull ? rest() : []
        items.append(item)
        byteCount += item.bytes
        keys.insert(key)
        return before.isEmpty ? .collected : .send(before)
    }

    /// What was collected; the next request begins anew.
    package mutating func rest() -> [Item] {
        defer { (items, keys, byteCount) = ([], [], 0) }
        return items
    }

    /// Bytes of a body beside its records.
    private static let envelopeBytes = 400
}

extension RecordWriter {
    /// Sends records in one request.
    ///
    /// - Returns: What became of each, in their order.
    /// - Throws: what is wrong with more than a record: the request was refused as a whole, credentials, the connection, limits; `serviceFailed`
    ///   for an answer that does not say what became of each.
    package func write(_ items: [RecordCollector.Item]) async throws(SluiceError) -> [WriteResult] {
        guard let batch = request.batch, !items.isEmpty else { return [] }
        let fixed = batch.members.map { JSONNode.Member(name: $0.name, value: .string($0.value)) }
        let list = JSONNode.Member(name: batch.list, value: .list(items.map { .object($0.members) }))
        let answer = try await session.write(
            entity, request, body: JSONNode.object(fixed + [list]).json, key: "", isRepeatable: isIdempotent, idempotencyKey: "")
        let label = "\(session.declaration.name) \(entity.name)"
        let results = Self.find(batch.results, in: try? JSONParser.parse(answer.body))?.elements ?? []
        guard results.count == items.count else {
            throw SluiceError(
                .serviceFailed, "\(label): the answer has \(results.count) results for \(items.count) records",
                remedy: "some of them may be written; run it again")
        }
        return results.map { result in
            if let status = Self.find(batch.status, in: result)?.string, batch.written.contains(status) { return .written }
            let words = [batch.code, batch.message].compactMap { Self.find($0, in: result) }.map {
                $0.string ?? String(decoding: $0.json, as: UTF8.self)
            }
            let reason = words.isEmpty ? String(decoding: result.json.prefix(400), as: UTF8.self) : words.joined(separator: ": ")
            return .refused(SluiceError(.requestRefused, "\(label): \(reason)"))
        }
    }

    /// A member of members; numbers are places in lists.
    private static func find(_ path: [String], in node: JSONNode?) -> JSONNode? {
        guard !path.isEmpty else { return nil }
        var found = node
        for name in path {
            if case .list(let elements)? = found {
                found = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                found = found?[name]
            }
        }
        return found
    }
}
