import SluiceCore

extension ProtoSchema {
    /// Replaces names of types by what they name, looked up from the innermost scope outwards.
    mutating func resolve() throws(SluiceError) {
        for name in messages.keys.sorted() {
            guard var message = messages[name] else { continue }
            for index in message.fields.indices {
                let field = message.fields[index]
                message.fields[index].type = try resolved(field.type, in: name, field)
                // Messages are there or not; only plain values of proto3 are not told from their defaults.
                if case .message = message.fields[index].type, field.label == .implicit { message.fields[index].label = .optional }
            }
            messages[name] = message
        }
    }

    private func resolved(_ type: ProtoType, in scope: String, _ field: ProtoField) throws(SluiceError) -> ProtoType {
        switch type {
        case .unresolved(let name):
            if name.hasPrefix(".") {
                if let found = declaration(String(name.dropFirst())) { return found }
            } else {
                var scope = scope
                while true {
                    if let found = declaration(scope.isEmpty ? name : "\(scope).\(name)") { return found }
                    if scope.isEmpty { break }
                    scope = Self.parent(of: scope)
                }
            }
            let known = (Array(messages.keys) + Array(enumerations.keys)).sorted().map(localName)
            throw invalid(
                field, in: scope, "there is no type \(name.quotedForMessage)", Suggestion.remedy(for: name, in: known, noun: "types"))
        case .map(let key, let value): return .map(key, try resolved(value, in: scope, field))
        default: return type
        }
    }

    private func declaration(_ name: String) -> ProtoType? {
        if messages[name] != nil { return .message(name) }
        return enumerations[name] != nil ? .enumeration(name) : nil
    }

    /// What the language asks of numbers and names.
    func check() throws(SluiceError) {
        for name in declared {
            guard let message = messages[name] else { continue }
            var names: Set<String> = []
            var numbers: [Int: String] = [:]
            for field in message.fields {
                guard ProtoLimits.numbers.contains(field.number), !ProtoLimits.implementation.contains(field.number) else {
                    throw invalid(field, in: name, "\(field.number) is no number of a field: 1 to 536870911 without 19000 to 19999")
                }
                if let other = numbers.updateValue(field.name, forKey: field.number) {
                    throw invalid(field, in: name, "number \(field.number) is that of field \(other)")
                }
                guard names.insert(field.name).inserted else { throw invalid(field, in: name, "the name is used twice") }
                if message.reservedNumbers.contains(where: { $0.contains(field.number) }) {
                    throw invalid(field, in: name, "number \(field.number) is reserved")
                }
                if message.reservedNames.contains(field.name) { throw invalid(field, in: name, "the name is reserved") }
                if field.oneof != nil, field.label == .repeated { throw invalid(field, in: name, "a field of a oneof cannot be repeated") }
                if syntax == .proto3, field.defaultText != nil { throw invalid(field, in: name, "proto3 has no defaults") }
                if syntax == .proto3, case .group = field.type { throw invalid(field, in: name, "proto3 has no groups") }
            }
        }
        for (name, enumeration) in enumerations.sorted(by: { $0.key < $1.key }) {
            guard let first = enumeration.values.first else {
                throw SluiceError(
                    .invalidSchema, "the Protobuf schema is wrong: enum \(name) has no values", remedy: "write one with the number 0")
            }
            if enumeration.isOpen, first.number != 0 {
                throw SluiceError(
                    .invalidSchema, "the Protobuf schema is wrong: the first value of enum \(name) has the number \(first.number)",
                    remedy: "proto3 wants 0 there")
            }
        }
    }

    private func invalid(_ field: ProtoField, in message: String, _ why: String, _ remedy: String? = nil) -> SluiceError {
        SluiceError(
            .invalidSchema, "the Protobuf schema is wrong at \(message).\(field.name): \(why)",
            remedy: remedy ?? "see protobuf.dev, \"Language Specification\"")
    }
}
