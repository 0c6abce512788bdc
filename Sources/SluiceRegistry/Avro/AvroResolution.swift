import SluiceCore

/// Whether a reader's schema can take data of a writer's (Avro specification 1.12, "Schema Resolution").
///
/// Beyond the specification, whose resolution lets logical types be, a changed scale of a decimal and a changed unit of a time are
/// incompatible: the bytes can be read, and every value is another one.
struct AvroResolution {
    private let reader: AvroSchema
    private let writer: AvroSchema
    private(set) var comparison: Comparison
    /// Pairs of named types that were looked at, or are being looked at, which counts as compatible.
    private var pairs: [[String]: Bool] = [:]

    init(reader: AvroSchema, writer: AvroSchema, direction: CompatibilityDirection) {
        self.reader = reader
        self.writer = writer
        comparison = Comparison(direction)
    }

    /// All that stands against it.
    static func findings(
        reader: AvroSchema, writer: AvroSchema, direction: CompatibilityDirection
    ) throws(SluiceError) -> [Incompatibility] {
        var resolution = AvroResolution(reader: reader, writer: writer, direction: direction)
        _ = try resolution.resolve(reader.root, writer.root, .root)
        return resolution.comparison.findings
    }

    private mutating func resolve(_ read: AvroNode, _ written: AvroNode, _ path: FieldPath) throws(SluiceError) -> Bool {
        try comparison.step()
        switch (read, written) {
        case (_, .union(let branches)):
            var isCompatible = true
            for branch in branches where try !resolve(read, branch, path) { isCompatible = false }
            return isCompatible
        case (.union(let branches), _): return try resolve(anyOf: branches, written, path)
        case (.array(let item), .array(let writtenItem)): return try resolve(item, writtenItem, path.items)
        case (.map(let value), .map(let writtenValue)): return try resolve(value, writtenValue, path.values)
        case (.primitive(let type, let annotation), .primitive(let writtenType, let writtenAnnotation)):
            guard type.readable.contains(writtenType) else { return mismatch(read, written, path) }
            return agree(annotation, writtenAnnotation, read, written, path)
        case (.named(let name), .named(let writtenName)):
            guard let type = reader.named[name], let writtenType = writer.named[writtenName] else { return false }
            return try resolve(type, writtenType, path)
        default: return mismatch(read, written, path)
        }
    }

    /// Tries each branch; where none does, what stands against the one that is nearest is said.
    private mutating func resolve(anyOf branches: [AvroNode], _ written: AvroNode, _ path: FieldPath) throws(SluiceError) -> Bool {
        let known = pairs
        var nearest: Comparison?
        for branch in branches {
            let outer = comparison
            comparison = outer.branch
            let isCompatible = try resolve(branch, written, path)
            let tried = comparison
            comparison = outer
            comparison.end(tried)
            if isCompatible { return true }
            // What was found on the way held only if this branch were the one.
            pairs = known
            if nearest == nil, isSameKind(branch, written) { nearest = tried }
        }
        if let nearest, !nearest.findings.isEmpty {
            comparison.end(nearest, keeping: true)
            return false
        }
        comparison.add(
            "type-not-in-union", at: path, reader: AvroNode.union(branches).text(in: reader), writer: written.text(in: writer),
            why: "data of \(comparison.writer) may be \(written.text(in: writer)), for which the union of \(comparison.reader) has no type",
            allowed: "keep the type in the union")
        return false
    }

    private func isSameKind(_ read: AvroNode, _ written: AvroNode) -> Bool {
        switch (read, written) {
        case (.array, .array), (.map, .map): true
        case (.primitive(let a, _), .primitive(let b, _)): a.readable.contains(b)
        case (.named(let a), .named(let b)):
            if let a = reader.named[a], let b = writer.named[b] { a.kind.noun == b.kind.noun && a.accepts(b) } else { false }
        default: false
        }
    }

    private mutating func resolve(_ read: AvroDeclaration, _ written: AvroDeclaration, _ path: FieldPath) throws(SluiceError) -> Bool {
        let path = path == .root ? FieldPath(text: read.shortName) : path
        guard read.kind.noun == written.kind.noun else { return mismatch(.named(read.name), .named(written.name), path) }
        guard read.accepts(written) else {
            comparison.add(
                "name-changed", at: path, reader: "\(read.kind.noun) \(read.name)", writer: "\(written.kind.noun) \(written.name)",
                why: "\(comparison.reader) has no \(read.kind.noun) \(written.shortName), and none with that alias",
                allowed: "keep the name, or give the type the alias \(written.name.quotedForMessage)")
            return false
        }
        let key = [read.name, written.name]
        if let known = pairs[key] { return known }
        pairs[key] = true
        let isCompatible = try members(read, written, path)
        pairs[key] = isCompatible
        return isCompatible
    }

    private mutating func members(_ read: AvroDeclaration, _ written: AvroDeclaration, _ path: FieldPath) throws(SluiceError) -> Bool {
        switch (read.kind, written.kind) {
        case (.record(let fields), .record(let writtenFields)): return try fieldsAgree(fields, writtenFields, path)
        case (.enumeration(let symbols, let fallback), .enumeration(let writtenSymbols, _)):
            let missing = Set(writtenSymbols).subtracting(symbols)
            guard !missing.isEmpty, fallback == nil else { return true }
            let names = writtenSymbols.filter(missing.contains)
            comparison.add(
                "symbol-missing", at: path, reader: Self.list(symbols), writer: Self.list(writtenSymbols),
                why: "data of \(comparison.writer) may have \(Self.list(names)), which \(comparison.reader) does not know",
                allowed: "keep the symbols, or give the enum of \(comparison.reader) a default")
            return false
        case (.fixed(let size, let annotation), .fixed(let writtenSize, let writtenAnnotation)):
            guard size == writtenSize else {
                comparison.add(
                    "size-changed", at: path, reader: "\(size) bytes", writer: "\(writtenSize) bytes",
                    why: "a fixed type is read with the size that it was written with", allowed: "keep the size, or name another type")
                return false
            }
            return agree(annotation, writtenAnnotation, .named(read.name), .named(written.name), path)
        default: return false
        }
    }

    private mutating func fieldsAgree(_ fields: [AvroMember], _ written: [AvroMember], _ path: FieldPath) throws(SluiceError) -> Bool {
        let byName = Dictionary(written.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var isCompatible = true
        for field in fields {
            let place = path.member(field.name)
            if let match = byName[field.name] ?? field.aliases.lazy.compactMap({ byName[$0] }).first {
                if try !resolve(field.type, match.type, place) { isCompatible = false }
            } else if field.defaultValue == nil {
                comparison.add(
                    "field-without-default", at: place, reader: field.type.text(in: reader), writer: nil,
                    why: "data of \(comparison.writer) does not have the field, and \(comparison.reader) has no default for it",
                    allowed: "give the field a default" + (comparison.direction == .forward ? " in the version before it goes" : ""))
                isCompatible = false
            }
        }
        return isCompatible
    }

    /// Logical types that give another meaning to the same bytes.
    private mutating func agree(
        _ annotation: AvroAnnotation?, _ written: AvroAnnotation?, _ read: AvroNode, _ node: AvroNode, _ path: FieldPath
    ) -> Bool {
        guard let annotation, let written, annotation != written else { return true }
        if case .decimal(let precision, let scale) = annotation, case .decimal(let writtenPrecision, let writtenScale) = written,
            scale == writtenScale, precision >= writtenPrecision
        {
            return true
        }
        comparison.add(
            "logical-type-changed", at: path, reader: read.text(in: reader), writer: node.text(in: writer),
            why: "the same bytes would be read as another value",
            allowed: "keep the logical type; a decimal may have more digits before the point")
        return false
    }

    private mutating func mismatch(_ read: AvroNode, _ written: AvroNode, _ path: FieldPath) -> Bool {
        var allowed = "keep the type"
        if case .primitive(let type, _) = written {
            let wider = AvroPrimitive.allCases.filter { $0 != type && $0.readable.contains(type) }.map(\.rawValue)
            if !wider.isEmpty { allowed += ", or make it " + wider.joined(separator: " or ") + " where it is read" }
        }
        comparison.add(
            "type-changed", at: path, reader: read.text(in: reader), writer: written.text(in: writer),
            why: "\(comparison.reader) cannot read \(written.text(in: writer)) as \(read.text(in: reader))", allowed: allowed)
        return false
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", … (\(names.count) in all)" : "")
    }
}
