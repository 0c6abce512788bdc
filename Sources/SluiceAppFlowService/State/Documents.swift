import SluiceCatalog
import SluiceCore
import SluiceServer

/// Documents of the catalog as values.
extension Catalog {
    func value(_ kind: String, _ name: String) throws(SluiceError) -> WireValue? {
        try document(kind, name).flatMap { WireValue(json: $0.content) }
    }

    func values(_ kind: String, prefix: String = "") throws(SluiceError) -> [WireValue] {
        try documents(kind, prefix: prefix).compactMap { WireValue(json: $0.content) }
    }

    /// Reads a document, changes it and puts it back, again where another change comes between.
    ///
    /// - Parameter body: Gets nil where there is none; one that it leaves nil is not made.
    func change(_ kind: String, _ name: String, _ body: (inout WireValue?) throws -> Void) throws {
        for _ in 0..<AppFlowLimits.attempts {
            let known = try document(kind, name)
            let before = known.flatMap { WireValue(json: $0.content) }
            var value = before
            try body(&value)
            guard let value, value != before else { return }
            if let known {
                if try replaceDocument(kind, name, value.json, revision: known.revision) { return }
            } else if try addDocument(kind, name, value.json) {
                return
            }
        }
        throw Faults.conflict("\(name) is changed by others all the time; try again.")
    }
}
