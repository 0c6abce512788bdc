import SluiceCore

extension ColumnEvidence {
    /// Bits of what a column has.
    private enum Part {
        static let integers: UInt64 = 1
        static let floats: UInt64 = 2
        static let days: UInt64 = 4
        static let times: UInt64 = 8
        static let texts: UInt64 = 16
        static let lengths: UInt64 = 32
        static let scales: UInt64 = 64
        static let inexact: UInt64 = 128
        static let forms: UInt64 = 256
    }

    /// Lists and structs within one another.
    private static let deepest = 130

    /// Writes all but the sketch of different values. Places lose their path, which is the file's.
    func write(to writer: inout EvidenceWriter) {
        writer.put(name)
        writer.put(nulls)
        let kinds = self.kinds
        writer.put(kinds.reduce(0) { $0 | 1 &<< UInt64($1.index) } as UInt64)
        for kind in kinds {
            writer.put(count(kind))
            Self.write(first(kind), to: &writer)
        }
        writeBounds(to: &writer)
        writer.put(wholeDigits)
        writer.put(samples.hashed.count)
        for sample in samples.hashed {
            writer.put(fixed: sample.hash)
            writer.put(sample.value)
        }
        let members = self.members.filter { !$0.isEmpty }
        writer.put(members.count)
        for member in members { member.write(to: &writer) }
        let elements = self.elements.filter { !$0.isEmpty }
        writer.put(elements.count)
        for element in elements { element.write(to: &writer) }
        writer.put(stated.count)
        for type in stated {
            writer.put(type.type.description)
            writer.put(type.files)
        }
    }

    private func writeBounds(to writer: inout EvidenceWriter) {
        var parts: UInt64 = 0
        if !integers.isEmpty { parts |= Part.integers }
        if !floats.isEmpty { parts |= Part.floats }
        if !days.isEmpty { parts |= Part.days }
        if !times.isEmpty { parts |= Part.times }
        if texts.least != nil { parts |= Part.texts }
        if !lengths.isEmpty { parts |= Part.lengths }
        if !scales.isEmpty { parts |= Part.scales }
        if inexact > 0 { parts |= Part.inexact }
        if forms != DayForms.all { parts |= Part.forms }
        writer.put(parts)
        for (part, bounds) in [(Part.integers, integers), (Part.days, days), (Part.times, times)] where parts & part != 0 {
            writer.put(bounds.least)
            writer.put(bounds.most)
        }
        if parts & Part.floats != 0 {
            writer.put(floats.least)
            writer.put(floats.most)
        }
        if let least = texts.least {
            writer.put(least)
            writer.put(texts.most)
        }
        for (part, bounds) in [(Part.lengths, lengths), (Part.scales, scales)] where parts & part != 0 {
            writer.put(bounds.least)
            writer.put(bounds.most)
        }
        if inexact > 0 {
            writer.put(inexact)
            Self.write(firstInexact, to: &writer)
        }
        if parts & Part.forms != 0 { writer.put(fixed: forms) }
    }

    private static func write(_ place: ValuePlace?, to writer: inout EvidenceWriter) {
        writer.put(place?.line ?? 0)
        writer.put(place?.value ?? "")
    }

    /// Reads what `write` wrote.
    ///
    /// - Throws: `stateCorrupt`.
    init(_ parser: inout EvidenceParser, path: String, depth: Int = 0) throws(SluiceError) {
        guard depth < Self.deepest else { throw EvidenceParser.malformed }
        self.init(try parser.text())
        nulls = try parser.integer()
        let kinds = try parser.number()
        for kind in ValueKind.allCases where kinds & 1 &<< UInt64(kind.index) != 0 {
            counts[kind.index] = try parser.integer()
            firsts[kind.index] = try Self.place(&parser, path)
        }
        try readBounds(&parser, path)
        wholeDigits = try parser.size()
        for _ in 0..<(try parser.count()) { samples.put(try parser.fixed(), try parser.text()) }
        for _ in 0..<(try parser.count()) { members.append(try ColumnEvidence(&parser, path: path, depth: depth + 1)) }
        for _ in 0..<(try parser.count()) { elements.append(try ColumnEvidence(&parser, path: path, depth: depth + 1)) }
        for _ in 0..<(try parser.count()) {
            let text = try parser.text()
            guard let type = try? DataType(parsing: text) else { throw EvidenceParser.malformed }
            state(type, files: try parser.integer(), path: path)
        }
    }

    private mutating func readBounds(_ parser: inout EvidenceParser, _ path: String) throws(SluiceError) {
        let parts = try parser.number()
        if parts & Part.integers != 0 { integers = Bounds(try parser.integer(), try parser.integer()) }
        if parts & Part.days != 0 { days = Bounds(try parser.integer(), try parser.integer()) }
        if parts & Part.times != 0 { times = Bounds(try parser.integer(), try parser.integer()) }
        if parts & Part.floats != 0 { floats = Bounds(try parser.double(), try parser.double()) }
        if parts & Part.texts != 0 {
            for _ in 0..<2 { try parser.content().withUnsafeBufferPointer { texts.take($0) } }
        }
        if parts & Part.lengths != 0 { lengths = Bounds(try parser.size(), try parser.size()) }
        if parts & Part.scales != 0 { scales = Bounds(try parser.size(), try parser.size()) }
        if parts & Part.inexact != 0 {
            inexact = try parser.integer()
            firstInexact = try Self.place(&parser, path)
        }
        if parts & Part.forms != 0 { forms = try parser.fixed() & DayForms.all }
    }

    private static func place(_ parser: inout EvidenceParser, _ path: String) throws(SluiceError) -> ValuePlace {
        ValuePlace(path: path, line: try parser.integer(), value: try parser.text())
    }

    // MARK: Sketches

    /// Writes the sketches of different values, by name.
    func writeSketches(to writer: inout EvidenceWriter) {
        writer.put(name)
        writer.put(distinct.wanted)
        writer.put(distinct.isExact)
        writer.put(mayCountGone)
        let hashes = distinct.hashes
        writer.put(hashes.count)
        for hash in hashes { writer.put(fixed: hash) }
        writer.put(members.count)
        for member in members { member.writeSketches(to: &writer) }
        writer.put(elements.count)
        for element in elements { element.writeSketches(to: &writer) }
    }

    /// Reads what `writeSketches` wrote: evidence of no value but for the sketches.
    ///
    /// - Throws: `stateCorrupt`.
    init(sketches parser: inout EvidenceParser, depth: Int = 0) throws(SluiceError) {
        guard depth < Self.deepest else { throw EvidenceParser.malformed }
        self.init(try parser.text())
        let wanted = try parser.size()
        guard (1...EvidenceLimits.distinctHashes).contains(wanted) else { throw EvidenceParser.malformed }
        let isExact = try parser.flag()
        mayCountGone = try parser.flag()
        var hashes: [UInt64] = []
        for _ in 0..<(try parser.count()) { hashes.append(try parser.fixed()) }
        distinct = DistinctSketch(hashes: hashes, isExact: isExact, wanted: wanted)
        for _ in 0..<(try parser.count()) { members.append(try ColumnEvidence(sketches: &parser, depth: depth + 1)) }
        for _ in 0..<(try parser.count()) { elements.append(try ColumnEvidence(sketches: &parser, depth: depth + 1)) }
    }
}
