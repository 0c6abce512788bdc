import SluiceCore

/// Checks one JSON value.
struct JSONSchemaValidator {
    private let schema: JSONSchema
    private var steps = 0

    private init(_ schema: JSONSchema) { self.schema = schema }

    /// - Throws: the first fault.
    static func check(_ value: Value, _ schema: JSONSchema, node: Int = 0, at path: FieldPath = .root) throws(PayloadFault) {
        var validator = JSONSchemaValidator(schema)
        try validator.check(value, node, path, 0)
    }

    private mutating func check(_ value: Value, _ index: Int, _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        steps += 1
        guard depth < RegistryLimits.depth * 2, steps <= RegistryLimits.validationSteps else {
            throw PayloadFault(path.text, "the schema refers to itself too often to check it")
        }
        let node = schema.nodes[index]
        if let constant = node.constant {
            guard constant else { throw PayloadFault(path.text, "the schema allows no value here") }
            return
        }
        if let reference = node.reference { try check(value, reference, path, depth + 1) }
        if let types = node.types, !types.contains(where: { Self.has(value, $0) }) {
            throw PayloadFault(path.text, "\(value.json.quotedForMessage) is no \(JSONSchemaNode.text(types))")
        }
        if let values = node.values, !values.contains(where: { CanonicalJSON.areEqual($0, value) }) {
            let known = values.prefix(12).map(\.json).joined(separator: ", ") + (values.count > 12 ? ", …" : "")
            throw PayloadFault(path.text, "\(value.json.quotedForMessage) is none of \(known)")
        }
        switch value {
        case .integer, .float: try checkNumber(value, node, path)
        case .string(let text): try check(text: text, node, path)
        case .list(let items): try check(items: items, node, path, depth)
        case .structure(let members): try check(members: members, node, path, depth)
        default: break
        }
        try checkAlternatives(value, node, path, depth)
    }

    static func has(_ value: Value, _ type: JSONType) -> Bool {
        switch (type, value) {
        case (.null, .null), (.boolean, .boolean), (.string, .string), (.array, .list), (.object, .structure), (.number, .integer),
            (.number, .float), (.integer, .integer):
            true
        case (.integer, .float(let number)): number.rounded() == number && number.isFinite
        default: false
        }
    }

    private func checkNumber(_ value: Value, _ node: JSONSchemaNode, _ path: FieldPath) throws(PayloadFault) {
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .float(let float): number = float
        default: return
        }
        if let bound = node.minimum, bound.isExclusive ? number <= bound.value : number < bound.value {
            throw PayloadFault(path.text, "\(value.json) is \(bound.isExclusive ? "not above" : "below") \(Value.float(bound.value).json)")
        }
        if let bound = node.maximum, bound.isExclusive ? number >= bound.value : number > bound.value {
            throw PayloadFault(path.text, "\(value.json) is \(bound.isExclusive ? "not below" : "above") \(Value.float(bound.value).json)")
        }
        if let step = node.multipleOf, !JSONSteps.isMultiple(number, of: step) {
            throw PayloadFault(path.text, "\(value.json) is no multiple of \(Value.float(step).json)")
        }
    }

    private func check(text: String, _ node: JSONSchemaNode, _ path: FieldPath) throws(PayloadFault) {
        if node.minLength != nil || node.maxLength != nil {
            let length = text.unicodeScalars.count
            if let least = node.minLength, length < least {
                throw PayloadFault(path.text, "it has \(length) characters, fewer than \(least)")
            }
            if let most = node.maxLength, length > most { throw PayloadFault(path.text, "it has \(length) characters, more than \(most)") }
        }
        if let pattern = node.pattern, !pattern.matches(text) {
            throw PayloadFault(path.text, "\(text.quotedForMessage) does not match the pattern \(pattern.text)")
        }
    }

    private mutating func check(items: [Value], _ node: JSONSchemaNode, _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        if let least = node.minItems, items.count < least {
            throw PayloadFault(path.text, "it has \(items.count) items, fewer than \(least)")
        }
        if let most = node.maxItems, items.count > most { throw PayloadFault(path.text, "it has \(items.count) items, more than \(most)") }
        if node.isUnique, Set(items.map(CanonicalJSON.text)).count != items.count {
            throw PayloadFault(path.text, "two of its items are equal")
        }
        for (index, item) in items.enumerated() {
            if let schema = node.schema(ofItem: index) { try check(item, schema, path.item(index), depth + 1) }
        }
        guard let contains = node.contains else { return }
        var count = 0
        for (index, item) in items.enumerated() where isValid(item, contains, path.item(index), depth) { count += 1 }
        if count < node.minContains ?? 1 {
            throw PayloadFault(path.text, "\(count) of its items are as \"contains\" asks, fewer than \(node.minContains ?? 1)")
        }
        if let most = node.maxContains, count > most {
            throw PayloadFault(path.text, "\(count) of its items are as \"contains\" asks, more than \(most)")
        }
    }

    private mutating func check(members: [Value.Member], _ node: JSONSchemaNode, _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        if let least = node.minProperties, members.count < least {
            throw PayloadFault(path.text, "it has \(members.count) members, fewer than \(least)")
        }
        if let most = node.maxProperties, members.count > most {
            throw PayloadFault(path.text, "it has \(members.count) members, more than \(most)")
        }
        let names = Set(members.map(\.name))
        for name in node.required where !names.contains(name) { throw PayloadFault(path.member(name).text, "it is missing") }
        for (name, needed) in node.dependentRequired.sorted(by: { $0.key < $1.key }) where names.contains(name) {
            for other in needed where !names.contains(other) {
                throw PayloadFault(path.member(other).text, "it is missing, and must be there where \(name) is")
            }
        }
        for member in members {
            let place = path.member(member.name)
            if let rule = node.propertyNames { try check(.string(member.name), rule, place, depth + 1) }
            for rule in node.schemas(ofMember: member.name) {
                if schema.nodes[rule].constant == false, rule == node.additionalProperties {
                    let near = Suggestion.nearest(to: member.name, in: node.properties.keys.sorted())
                    throw PayloadFault(
                        place.text, "the schema has no such field" + (near.map { "; did you mean \($0.quotedForMessage)?" } ?? ""))
                }
                try check(member.value, rule, place, depth + 1)
            }
        }
        for (name, rule) in node.dependentSchemas.sorted(by: { $0.key < $1.key }) where names.contains(name) {
            try check(.structure(members), rule, path, depth + 1)
        }
    }

    private mutating func checkAlternatives(_ value: Value, _ node: JSONSchemaNode, _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        for rule in node.allOf { try check(value, rule, path, depth + 1) }
        if !node.anyOf.isEmpty { try checkAny(value, node.anyOf, path, depth) }
        if !node.oneOf.isEmpty {
            var count = 0
            for rule in node.oneOf where isValid(value, rule, path, depth) { count += 1 }
            if count == 0 { try checkAny(value, node.oneOf, path, depth) }
            if count > 1 { throw PayloadFault(path.text, "\(count) of the alternatives of \"oneOf\" hold, and one should") }
        }
        if let rule = node.not, isValid(value, rule, path, depth) {
            throw PayloadFault(path.text, "\(value.json.quotedForMessage) is what \"not\" excludes")
        }
        if let condition = node.condition {
            let rule = isValid(value, condition, path, depth) ? node.then : node.otherwise
            if let rule { try check(value, rule, path, depth + 1) }
        }
    }

    /// One must hold; otherwise the fault that lies deepest says the most.
    private mutating func checkAny(_ value: Value, _ rules: [Int], _ path: FieldPath, _ depth: Int) throws(PayloadFault) {
        var nearest: PayloadFault?
        for rule in rules {
            do throws(PayloadFault) {
                return try check(value, rule, path, depth + 1)
            } catch {
                if error.path.utf8.count > (nearest?.path.utf8.count ?? path.text.utf8.count) { nearest = error }
            }
        }
        throw nearest ?? PayloadFault(path.text, "\(value.json.quotedForMessage) is none of the \(rules.count) alternatives")
    }

    private mutating func isValid(_ value: Value, _ rule: Int, _ path: FieldPath, _ depth: Int) -> Bool {
        do throws(PayloadFault) {
            try check(value, rule, path, depth + 1)
            return true
        } catch {
            return false
        }
    }
}

/// Multiples in decimal, so that 0.3 is one of 0.1.
enum JSONSteps {
    static func isMultiple(_ number: Double, of step: Double) -> Bool {
        let scale = 15
        if let a = unscaled(number, scale), let b = unscaled(step, scale), b != 0 { return a % b == 0 }
        let quotient = number / step
        return quotient.isFinite && quotient.rounded() == quotient
    }

    private static func unscaled(_ number: Double, _ scale: Int) -> Int128? {
        Array(Value.float(number).description.utf8).withUnsafeBufferPointer { NumberText.decimal($0, precision: 38, scale: scale) }
    }
}
