import FuzzKit
import SluiceCore
@testable import SluiceServer

/// A document of a request: the first byte chooses JSON or CBOR. What is read can be written and read again, and the members of an object are
/// asked for in all ways that operations ask.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let format = choices.one(of: [WireFormat.json, .cbor])
    let bytes = choices.rest
    guard let value = try? format.decode(bytes) else { return 0 }
    ask(value)
    guard isFinite(value) else { return 0 }
    for format in [format, .cbor] {
        let written = format.encode(value)
        guard let again = try? format.decode(written) else {
            Fuzzing.require(false, "\(value) is not read again from \(format)")
            return 0
        }
        Fuzzing.require(format.encode(again) == written, "\(value) is \(again) when it was written in \(format)")
    }
    return 0
}

/// Numbers that JSON does not have are not written.
private func isFinite(_ value: WireValue) -> Bool {
    switch value {
    case .real(let number): number.isFinite
    case .list(let elements): elements.allSatisfy(isFinite)
    case .object(let members): members.allSatisfy { isFinite($0.value) }
    default: true
    }
}

private func ask(_ value: WireValue) {
    guard case .object(let members) = value else { return }
    for name in members.prefix(8).map(\.name) {
        let questions: [(inout InputReader) throws -> Void] = [
            { _ = try $0.text(name, TextRule(length: 1...20, values: ["a"])) }, { _ = try $0.integer(name, 1...10) },
            { _ = try $0.boolean(name) },
            { _ = try $0.time(name) }, { _ = try $0.texts(name, count: 1...3, TextRule(length: 1...5)) },
            { _ = try $0.map(name, count: 1...3, key: TextRule(length: 1...5), value: TextRule(length: 1...5)) },
            { _ = try $0.structure(name) { (reader: inout InputReader) throws(ServiceFault) in try reader.requiredText(name) } },
        ]
        for question in questions {
            guard var reader = try? InputReader(value) else { return }
            do {
                try question(&reader)
                try reader.finish()
            } catch {
                _ = (error as? ServiceFault)?.message.utf8.count
            }
        }
    }
}
