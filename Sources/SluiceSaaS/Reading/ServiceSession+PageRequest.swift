package import SluiceHTTP
package import SluiceCore
import SluiceJSON

/// Requests for pages.
extension ServiceSession {
    /// The request for a page, without credentials.
    ///
    /// - Parameter more: Values beside the settings': the parent's key.
    /// - Throws: `foreignHost` for a page of another host than the connection's.
    package func pageRequest(
        _ entity: ServiceEntity, _ read: ServiceEntity.Read, _ target: PageTarget, _ more: [String: String]
    ) throws(SluiceError) -> WebRequest {
        let values = pageValues(entity, read, target, more)
        let changes = Self.changes(read, target, values)
        var request = WebRequest(
            read.method, try pageAddress(entity, read, target, values, read.body == nil ? changes : []),
            label: "\(declaration.name) \(entity.name)", isRepeatable: true)
        request.headers = headers(values)
        if let body = read.body {
            request.setHeader("Content-Type", "application/json")
            request.body = Self.body(body, entity, target, values, changes)
        }
        return request
    }

    private func pageValues(
        _ entity: ServiceEntity, _ read: ServiceEntity.Read, _ target: PageTarget, _ more: [String: String]
    ) -> [String: String] {
        var values = values.merging(more) { $1 }
        values["since"] = target.since
        values["limit"] = String(read.size)
        values["fields"] = entity.fields.filter(\.isReadable).map(\.name).joined(separator: ", ")
        return values
    }

    private func pageAddress(
        _ entity: ServiceEntity, _ read: ServiceEntity.Read, _ target: PageTarget, _ values: [String: String], _ changes: [Change]
    ) throws(SluiceError) -> WebAddress {
        if let link = target.address {
            let address = try self.address.resolving(link)
            guard address.origin == self.address.origin else {
                throw SluiceError(
                    .foreignHost, "\(entity.name): a page leads to another host, \(address.host.quotedForMessage)",
                    remedy: "no credentials were sent there; check the connection's address")
            }
            return address
        }
        guard let path = read.path.filled(values, encode: { PercentText.encode($0) }) else {
            throw SluiceError(.missingKey, "the path of \(entity.name) needs a value that the connection does not have")
        }
        var parameters: [(name: String, value: String)] = []
        // Where the parameters do not go along, the size of a page still does.
        for parameter in read.parameters where target.hasParameters || parameter.value.names == ["limit"] {
            if let value = parameter.value.filled(values) { parameters.append((parameter.name, value)) }
        }
        for change in changes {
            parameters.removeAll { $0.name == change.name }
            parameters.append((change.name, change.value))
        }
        return try located(path).adding(parameters)
    }

    // MARK: What differs from page to page

    /// A parameter, or a member of the body, that leads to a page.
    private struct Change {
        var name: String
        var value: String
        var isNumber = false
    }

    private static func changes(_ read: ServiceEntity.Read, _ target: PageTarget, _ values: [String: String]) -> [Change] {
        var changes: [Change] = []
        if let place = target.keyset, case .cursorValue(let keyset) = read.paging {
            var values = values
            values["cursor"] = place.cursor
            values["key"] = place.key
            for parameter in place.key == nil ? keyset.beyond : keyset.ties {
                if let value = parameter.value.filled(values) { changes.append(Change(name: parameter.name, value: value)) }
            }
        }
        guard let name = target.name, let value = target.value else { return changes }
        switch read.paging {
        case .offset, .number, .cursorValue: changes.append(Change(name: name, value: value, isNumber: true))
        default: changes.append(Change(name: name, value: value))
        }
        return changes
    }

    private static func body(
        _ template: BodyTemplate, _ entity: ServiceEntity, _ target: PageTarget, _ texts: [String: String], _ changes: [Change]
    ) -> [UInt8] {
        var values = BodyTemplate.Values(texts: texts, numbers: ["limit"])
        if let sent = entity.cursor?.sent, sent == .number || sent == .seconds { values.numbers.insert("since") }
        var body = (target.hasParameters ? template : template.sizes).filled(values) ?? .object([])
        for change in changes {
            let value = change.isNumber ? JSONNode.number(Array(change.value.utf8)[...]) : .string(change.value)
            body.set(change.name.split(separator: ".").map(String.init)[...], to: value)
        }
        return body.json
    }
}
