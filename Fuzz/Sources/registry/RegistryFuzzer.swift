import FuzzKit
import SluiceCore
import SluiceRegistry

/// Two texts as schemas, and a payload: the first byte chooses the format; the parts stand apart by a line `--`.
///
/// A schema reads what it writes itself, its canonical form says the same, and a payload that it reads and writes is the same again.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let format = choices.one(of: SchemaFormat.allCases)
    let parts = parts(choices.rest)
    let documents = parts.prefix(2).map { try? SchemaDocument(parsing: String(decoding: $0, as: UTF8.self), format) }
    for document in documents.compactMap(\.self) { check(document) }
    if documents.count == 2, let old = documents[0], let new = documents[1] {
        for direction in [CompatibilityDirection.backward, .forward] {
            _ = try? SchemaDocument.incompatibilities(old: old, new: new, direction)
        }
        // The same text may be read in another way only where it says the same.
        Fuzzing.require((old.identity == new.identity) || old.text != new.text, "one text has two identities")
    }
    guard let document = documents.first.flatMap(\.self) else { return 0 }
    for payload in parts.dropFirst() { read(payload, document) }
    return 0
}

private func parts(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let mark = Array("\n--\n".utf8)
    var parts: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while parts.count < 2, let cut = rest.firstRange(of: mark) {
        parts.append(rest[..<cut.lowerBound])
        rest = rest[cut.upperBound...]
    }
    return parts + [rest]
}

private func check(_ document: SchemaDocument) {
    _ = document.fingerprint
    for direction in [CompatibilityDirection.backward, .forward] {
        guard let found = try? SchemaDocument.incompatibilities(old: document, new: document, direction), let first = found.first else {
            continue
        }
        Fuzzing.require(false, "a schema is not compatible with itself: \(first)")
    }
    guard document.format == .avro else { return }
    // The form of fingerprints has no defaults, which take nothing from what it says otherwise.
    guard let again = try? SchemaDocument(parsing: document.canonical, .avro) else {
        return Fuzzing.require(false, "the canonical form is no schema: \(document.canonical)")
    }
    Fuzzing.require(again.canonical == document.canonical, "the canonical form has another one: \(again.canonical)")
}

private func read(_ payload: ArraySlice<UInt8>, _ document: SchemaDocument) {
    for framing in [SchemaDocument.Framing.glue, .confluent] { _ = try? document.value(of: payload, framing) }
    try? document.check(plain: payload)
    guard let value = try? document.value(of: payload) else { return }
    guard document.format == .avro, let bytes = try? document.glueBytes(of: value) else { return }
    let again = try? document.value(of: bytes[...])
    Fuzzing.require(again?.json == value.json, "\(value.json) is \(again?.json ?? "nothing") when it was written")
}
