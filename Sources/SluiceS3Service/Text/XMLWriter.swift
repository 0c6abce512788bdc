import SluiceAWS
import SluiceServer

/// A document of an answer, written from the front.
struct XMLWriter {
    private var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    /// The document of S3's name space.
    init(_ root: String, isPlain: Bool = false, _ body: (inout XMLWriter) -> Void = { _ in }) {
        text += isPlain ? "<\(root)>" : "<\(root) xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        body(&self)
        text += "</\(root)>"
    }

    mutating func add(_ name: String, _ value: String) { text += "<\(name)>\(XMLText.escaped(value))</\(name)>" }
    mutating func add(_ name: String, _ value: String?) { if let value { add(name, value) } }
    mutating func add(_ name: String, _ value: Int64) { text += "<\(name)>\(value)</\(name)>" }
    mutating func add(_ name: String, _ value: Bool) { text += "<\(name)>\(value)</\(name)>" }

    mutating func add(_ name: String, _ body: (inout XMLWriter) -> Void) {
        text += "<\(name)>"
        body(&self)
        text += "</\(name)>"
    }

    /// An element with all that is in it.
    mutating func add(_ element: XMLElement) {
        if element.children.isEmpty { return add(element.name, element.text) }
        add(element.name) { writer in element.children.forEach { writer.add($0) } }
    }

    /// Text of the element itself.
    mutating func text(_ value: String) { text += XMLText.escaped(value) }

    /// The grantee of an access control list, whose kind is an attribute.
    mutating func grantee(_ account: String) {
        text += "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">"
        add("ID", account)
        text += "</Grantee>"
    }

    var bytes: [UInt8] { Array(text.utf8) }

    /// The document as an answer.
    func response(_ status: Int = 200, _ headers: [(String, String)] = []) -> ServiceResponse {
        ServiceResponse(status, HeaderFields([("Content-Type", "application/xml")] + headers), .bytes(bytes))
    }
}
