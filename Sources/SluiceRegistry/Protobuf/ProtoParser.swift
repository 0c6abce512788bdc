package import SluiceCore

extension ProtoSchema {
    /// Reads a `.proto` file.
    ///
    /// - Throws: `invalidSchema` with line and column; `limitExceeded`.
    package init(parsing text: String) throws(SluiceError) {
        var parser = ProtoParser(try ProtoTokens.of(text))
        self = try parser.file()
        if declared.isEmpty {
            throw SluiceError(
                .invalidSchema, "the Protobuf schema declares no message", remedy: "write at least one: message Name { string field = 1; }")
        }
        try resolve()
        try check()
    }
}

/// Reads the words of a file (Language Specification, proto2 and proto3). Options, services and extensions are passed over.
struct ProtoParser {
    let tokens: [ProtoToken]
    var place = 0
    private(set) var schema = ProtoSchema(syntax: .proto2, package: "", messages: [:], enumerations: [:], declared: [])

    init(_ tokens: [ProtoToken]) { self.tokens = tokens }

    mutating func file() throws(SluiceError) -> ProtoSchema {
        while token.kind != .end {
            if take(";") { continue }
            switch token.text {
            case "syntax":
                place += 1
                try expect("=")
                let text = try text()
                guard let syntax = ProtoSchema.Syntax(rawValue: text) else { throw wrong("there is no syntax \(text.quotedForMessage)") }
                schema.syntax = syntax
                try expect(";")
            case "edition": throw wrong("editions are not supported", remedy: "write syntax = \"proto3\";")
            case "import": try importFile()
            case "package":
                place += 1
                schema.package = try fullName()
                try expect(";")
            case "message":
                place += 1
                try message(in: schema.package, depth: 0)
            case "enum":
                place += 1
                try enumeration(in: schema.package)
            case "option", "service", "extend": try skipStatement()
            default:
                throw wrong("\(token.text.quotedForMessage) begins nothing", remedy: "messages, enums, imports and options stand in a file")
            }
        }
        return schema
    }

    private mutating func importFile() throws(SluiceError) {
        place += 1
        if token.text == "public" || token.text == "weak" { place += 1 }
        let path = try text()
        guard let imported = ProtoWellKnown.text(path) else {
            throw wrong(
                "\(path.quotedForMessage) cannot be imported",
                remedy: "put its messages into this file; google/protobuf/… files that are known: "
                    + ProtoWellKnown.names.joined(separator: ", "))
        }
        try expect(";")
        var parser = ProtoParser(try ProtoTokens.of(imported))
        let other = try parser.file()
        schema.messages.merge(other.messages) { own, _ in own }
        schema.enumerations.merge(other.enumerations) { own, _ in own }
    }

    // MARK: Messages

    private mutating func message(in scope: String, depth: Int, name given: String? = nil) throws(SluiceError) {
        let name: String
        if let given { name = given } else { name = try self.name() }
        let fullName = scope.isEmpty ? name : "\(scope).\(name)"
        guard depth < RegistryLimits.depth, schema.messages.count < RegistryLimits.members else {
            throw SluiceError(
                .limitExceeded,
                "the Protobuf schema is nested deeper than \(RegistryLimits.depth) messages or has more than \(RegistryLimits.members) of them",
                remedy: "cut it into smaller schemas")
        }
        guard schema.messages[fullName] == nil, schema.enumerations[fullName] == nil else { throw wrong("\(fullName) is declared twice") }
        schema.messages[fullName] = ProtoMessage(name: fullName)
        schema.declared.append(fullName)
        var message = ProtoMessage(name: fullName)
        try expect("{")
        while !take("}") { try member(of: &message, fullName, depth) }
        message.fields.sort { $0.number < $1.number }
        schema.messages[fullName] = message
    }

    private mutating func member(of message: inout ProtoMessage, _ scope: String, _ depth: Int) throws(SluiceError) {
        if take(";") { return }
        let next = tokens[min(place + 1, tokens.count - 1)]
        switch token.text {
        case "message" where next.kind == .name:
            place += 1
            try self.message(in: scope, depth: depth + 1)
        case "enum" where next.kind == .name:
            place += 1
            try enumeration(in: scope)
        case "option" where next.kind == .name || next.text == "(": try skipStatement()
        case "extend" where next.kind == .name || next.text == ".": try skipStatement()
        case "extensions" where next.kind == .integer:
            place += 1
            message.extensionNumbers += try ranges(upTo: ProtoLimits.numbers.upperBound)
            try skipOptions()
            try expect(";")
        case "reserved" where next.kind == .integer || next.kind == .text || next.text == "-":
            place += 1
            try reserved(&message.reservedNumbers, &message.reservedNames, upTo: ProtoLimits.numbers.upperBound)
        case "oneof" where next.kind == .name:
            place += 1
            let name = try self.name()
            try expect("{")
            while !take("}") {
                if take(";") { continue }
                if token.text == "option" {
                    try skipStatement()
                } else {
                    try add(try field(.optional, scope, depth, oneof: name), to: &message)
                }
            }
        default:
            var label = schema.syntax == .proto3 ? ProtoField.Label.implicit : .optional
            if next.kind == .name || next.text == ".", let given = ProtoField.Label(rawValue: token.text), given != .implicit {
                label = given
                place += 1
                if given == .required, schema.syntax == .proto3 { throw wrong("proto3 has no required fields") }
            } else if schema.syntax == .proto2, token.text != "map" {
                throw wrong("a field of proto2 begins with optional, required or repeated")
            }
            try add(try field(label, scope, depth, oneof: nil), to: &message)
        }
    }

    private mutating func add(_ field: ProtoField, to message: inout ProtoMessage) throws(SluiceError) {
        guard message.fields.count < RegistryLimits.members else {
            throw SluiceError(.limitExceeded, "message \(message.name) has more than \(RegistryLimits.members) fields")
        }
        message.fields.append(field)
    }

    private mutating func field(_ label: ProtoField.Label, _ scope: String, _ depth: Int, oneof: String?) throws(SluiceError) -> ProtoField
    {
        var label = label
        if token.text == "group" {
            place += 1
            let name = try self.name()
            try expect("=")
            let number = try integer()
            try skipOptions()
            try message(in: scope, depth: depth + 1, name: name)
            return ProtoField(name: name.lowercased(), number: number, label: label, type: .group("\(scope).\(name)"), oneof: oneof)
        }
        let type: ProtoType
        if token.text == "map", tokens[min(place + 1, tokens.count - 1)].text == "<" {
            place += 2
            let key = try name()
            guard let scalar = ProtoScalar(rawValue: key), ![.double, .float, .bytes].contains(scalar) else {
                throw wrong("the key of a map is an integer, bool or string, not \(key)")
            }
            try expect(",")
            let value = try self.type()
            try expect(">")
            type = .map(scalar, value)
            label = .repeated
        } else {
            type = try self.type()
        }
        let name = try self.name()
        try expect("=")
        let number = try integer()
        let options = try fieldOptions()
        try expect(";")
        return ProtoField(name: name, number: number, label: label, type: type, oneof: oneof, defaultText: options["default"])
    }

    private mutating func type() throws(SluiceError) -> ProtoType {
        if token.text != ".", let scalar = ProtoScalar(rawValue: token.text) {
            place += 1
            return .scalar(scalar)
        }
        let isAbsolute = take(".")
        return .unresolved((isAbsolute ? "." : "") + (try fullName()))
    }

    private mutating func enumeration(in scope: String) throws(SluiceError) {
        let name = try self.name()
        let fullName = scope.isEmpty ? name : "\(scope).\(name)"
        guard schema.messages[fullName] == nil, schema.enumerations[fullName] == nil else { throw wrong("\(fullName) is declared twice") }
        var enumeration = ProtoEnumeration(name: fullName, isOpen: schema.syntax == .proto3)
        try expect("{")
        while !take("}") {
            if take(";") { continue }
            let next = tokens[min(place + 1, tokens.count - 1)]
            if token.text == "option", next.text != "=" {
                try skipStatement()
            } else if token.text == "reserved", next.text != "=" {
                place += 1
                try reserved(&enumeration.reservedNumbers, &enumeration.reservedNames, upTo: Int(Int32.max))
            } else {
                let value = try self.name()
                try expect("=")
                enumeration.values.append(.init(name: value, number: try integer()))
                try skipOptions()
                try expect(";")
            }
            guard enumeration.values.count <= RegistryLimits.members else {
                throw SluiceError(.limitExceeded, "enum \(fullName) has more than \(RegistryLimits.members) values")
            }
        }
        schema.enumerations[fullName] = enumeration
    }
}

/// Bounds of the language itself.
enum ProtoLimits {
    static let numbers = 1...536_870_911
    /// Kept for the implementation.
    static let implementation = 19_000...19_999
    static let integers = 1 << 40
}
