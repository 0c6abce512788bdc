import SluiceAWS
import SluiceCore
import SluiceServer

extension LifecycleDocument {
    /// The document with a name for each rule: clients may leave it to the service.
    static func named(_ bytes: [UInt8]) throws(ServiceFault) -> [UInt8] {
        var root = try S3Settings.root(bytes, "LifecycleConfiguration")
        let isNameless = { (rule: XMLElement) in rule.name == "Rule" && (rule["ID"] ?? "").isEmpty }
        guard root.children.contains(where: isNameless) else { return bytes }
        for index in root.children.indices where isNameless(root.children[index]) {
            root.children[index].children.removeAll { $0.name == "ID" }
            let id = Hexadecimal.text((0..<16).map { _ in UInt8.random(in: 0 ... .max) })
            root.children[index].children.insert(XMLElement(name: "ID", text: id), at: 0)
        }
        return XMLWriter(root.name) { document in root.children.forEach { document.add($0) } }.bytes
    }
}
