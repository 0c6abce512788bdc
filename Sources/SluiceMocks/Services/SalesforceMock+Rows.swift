import SluiceJSON

/// One row of an object: made, read, changed, removed.
///
/// Source: Salesforce's REST API developer guide, "sObject Rows", "sObject Rows by External ID", "Status codes and error responses".
extension SalesforceMock {
    /// The field that no row goes without.
    static func requiredField(of object: String) -> String { object == "Account" ? "Name" : "LastName" }

    static let gone = error(404, "ENTITY_IS_DELETED", "entity is deleted")

    mutating func create(_ object: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard case .object(let fields) = request.json else { return Self.error(400, "JSON_PARSER_ERROR", "no object") }
        return create(object, fields, moment)
    }

    private mutating func create(_ object: String, _ fields: [JSONNode.Member], _ moment: MockMoment) -> MockAnswer {
        if let refusal = unknown(fields, object) ?? mistyped(fields) ?? lacking(fields, object, isNew: true) { return refusal }
        let index = timelines[object]?.insert(at: moment.now) ?? 0
        written[object, default: [:]][index] = fields.compactMap(Self.stored)
        return done(201, object, index)
    }

    private func done(_ status: Int, _ object: String, _ index: Int, _ more: [JSONNode.Member] = []) -> MockAnswer {
        MockAnswer(
            status,
            .object(
                [
                    .init(name: "id", value: .string(id(object, index))), .init(name: "success", value: .boolean(true)),
                    .init(name: "errors", value: .list([])),
                ] + more))
    }

    mutating func row(_ object: String, _ id: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let index = index(object, id) else { return Self.missing }
        guard deleted[object]?.contains(index) != true else { return Self.gone }
        return row(object, index, request, moment)
    }

    private mutating func row(_ object: String, _ index: Int, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        switch request.method {
        case "GET": return MockAnswer(200, .object(members(object, index)))
        case "DELETE":
            deleted[object, default: []].insert(index)
            timelines[object]?.touch(index, at: moment.now)
            return MockAnswer(204, text: "")
        case "PATCH":
            guard case .object(let fields) = request.json else { return Self.error(400, "JSON_PARSER_ERROR", "no object") }
            return change(object, index, fields, moment) ?? MockAnswer(204, text: "")
        default: return Self.missing
        }
    }

    /// A row by an external id: a change of one that is not there makes it.
    mutating func row(_ object: String, by field: String, _ value: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        if field == "Id" { return row(object, value, request, moment) }
        guard field == Self.externalID else {
            return Self.error(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: \(field)")
        }
        let found = rows(object, externalID: value)
        guard found.count < 2 else {
            let links = found.map { JSONNode.string("/services/data/v60.0/sobjects/\(object)/\(id(object, $0))") }
            return MockAnswer(300, .list(links))
        }
        guard request.method == "PATCH" else { return found.first.map { row(object, $0, request, moment) } ?? Self.missing }
        guard case .object(let fields) = request.json else { return Self.error(400, "JSON_PARSER_ERROR", "no object") }
        guard !fields.contains(where: { $0.name == field }) else {
            return Self.error(400, "INVALID_FIELD", "The \(field) field should not be specified in the sobject data.")
        }
        guard let index = found.first else {
            var answer = create(object, fields + [.init(name: field, value: .string(value))], moment)
            if answer.status == 201, let made = timelines[object].map({ $0.count - 1 }) {
                answer = done(201, object, made, [.init(name: "created", value: .boolean(true))])
            }
            return answer
        }
        return change(object, index, fields, moment) ?? done(200, object, index, [.init(name: "created", value: .boolean(false))])
    }

    /// Rows that there are with an external id, in their order.
    func rows(_ object: String, externalID value: String) -> [Int] {
        guard !value.isEmpty, let written = written[object] else { return [] }
        return written.filter { index, members in
            deleted[object]?.contains(index) != true && members.contains { $0.name == Self.externalID && $0.value.string == value }
        }.keys.sorted()
    }

    /// - Returns: The refusal; nil where the row was changed.
    private mutating func change(_ object: String, _ index: Int, _ fields: [JSONNode.Member], _ moment: MockMoment) -> MockAnswer? {
        if let refusal = unknown(fields, object) ?? mistyped(fields) ?? lacking(fields, object, isNew: false) { return refusal }
        let names = Set(fields.map(\.name))
        written[object, default: [:]][index, default: []].removeAll { names.contains($0.name) }
        written[object, default: [:]][index, default: []] += fields.compactMap(Self.stored)
        timelines[object]?.touch(index, at: moment.now)
        return nil
    }

    private func unknown(_ fields: [JSONNode.Member], _ object: String) -> MockAnswer? {
        let known = members(object, 0)
        guard let field = fields.first(where: { field in !known.contains { $0.name == field.name } }) else { return nil }
        return Self.error(400, "INVALID_FIELD", "No such column '\(field.name)' on sobject of type \(object)")
    }

    /// A row without the field that it needs, or one that would lose it.
    private func lacking(_ fields: [JSONNode.Member], _ object: String, isNew: Bool) -> MockAnswer? {
        let required = Self.requiredField(of: object)
        guard let value = fields.first(where: { $0.name == required })?.value else {
            return isNew ? Self.error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [\(required)]") : nil
        }
        guard value == .null || value.string?.isEmpty == true else { return nil }
        return Self.error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [\(required)]")
    }
}
