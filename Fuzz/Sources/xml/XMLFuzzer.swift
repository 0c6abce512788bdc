import FuzzKit
import SluiceAWS

/// Bytes as an answer in XML. What is read can be written and read again; a document in a document is refused or nested.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Fuzzing.bytes(data, count)
    guard let element = try? XMLParser.parse(bytes) else { return 0 }
    let text = written(element)
    do {
        let again = try XMLParser.parse(Array(text.utf8))
        Fuzzing.require(again == element, "\(text.debugDescription) is read as another document")
    } catch {
        // What was at the limit of nesting or of elements is there still.
        Fuzzing.require(false, "\(text.debugDescription) is not read again: \(error)")
    }
    return 0
}

private func written(_ element: XMLElement) -> String {
    let content = element.children.isEmpty ? XMLText.escaped(element.text) : element.children.map(written).joined()
    return "<\(element.name)>\(content)</\(element.name)>"
}
