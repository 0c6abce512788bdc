import FuzzKit
import SluiceCore
@testable import SluiceFormats

/// The first line is a path, the rest a document: what `records` finds in it is what the path leads to in the document read whole.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let line = choices.line()
    let document = choices.rest
    guard let path = try? JSONRecordsPath(line), let format = try? JSONFormat(options: ["records": .text(line)]) else { return 0 }
    let found = try? objects(document, format)
    // A text that is no JSON may be read as far as it is one.
    guard let whole = try? WholeJSON.value(document, noun: "the document"), !namesTwice(document, whole) else { return 0 }
    let expected = expected(whole, path).filter(isObject).map(\.json)
    Fuzzing.require(found != nil, "the document is refused")
    Fuzzing.requireSame(found ?? [], expected, "records and what the path leads to")
    return 0
}

/// The texts of the objects that reading gives, each read again as a value.
private func objects(_ document: [UInt8], _ format: JSONFormat) throws -> [String] {
    var framer = try format.open(FileInput(MemoryAccess(document), path: "x.json"))
    var found: [String] = []
    while let framed = try framer.next() {
        for index in 0..<framed.records.count {
            let value = try WholeJSON.value(Array(framed.records[index]), noun: "the record")
            if isObject(value) { found.append(value.json) }
        }
    }
    return found
}

private func isObject(_ value: Value) -> Bool { if case .structure = value { true } else { false } }

private func expected(_ value: Value, _ path: JSONRecordsPath) -> [Value] {
    var values = [value]
    for step in path.steps {
        values = values.flatMap { value -> [Value] in
            switch (step, value) {
            case (.member(let name), .structure(let members)): members.filter { Array($0.name.utf8) == name }.map(\.value)
            case (.element(let index), .list(let items)): items.indices.contains(index) ? [items[index]] : []
            case (.anyElement, .list(let items)): items
            default: []
            }
        }
    }
    guard path.meansElements else { return values }
    return values.flatMap { value in if case .list(let items) = value { items } else { [value] } }
}

/// Whether some object has two members of one name, of which a value keeps one: a document has a colon for each.
private func namesTwice(_ document: [UInt8], _ value: Value) -> Bool {
    var (colons, isInText, isEscaped) = (0, false, false)
    for byte in document {
        if isEscaped {
            isEscaped = false
        } else if isInText, byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInText.toggle()
        } else if !isInText, byte == UInt8(ascii: ":") {
            colons += 1
        }
    }
    return colons != memberCount(value)
}

private func memberCount(_ value: Value) -> Int {
    switch value {
    case .structure(let members): members.reduce(members.count) { $0 + memberCount($1.value) }
    case .list(let items): items.reduce(0) { $0 + memberCount($1) }
    default: 0
    }
}
