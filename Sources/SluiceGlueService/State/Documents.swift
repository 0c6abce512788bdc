import SluiceCatalog
import SluiceCore
import SluiceServer

/// Documents of the catalog as values.
enum Documents {
    /// Reads a document, changes it and puts it back, again where another change comes between; it is made where there is none.
    ///
    /// - Parameter body: Gets nil where there is none.
    static func put(_ kind: String, _ name: String, _ catalog: Catalog, _ body: (inout WireValue?) -> Void) throws {
        for _ in 0..<GlueLimits.attempts {
            let known = try catalog.document(kind, name)
            var value = known.flatMap { WireValue(json: $0.content) }
            body(&value)
            let text = (value ?? .object([])).json
            if let known {
                if try catalog.replaceDocument(kind, name, text, revision: known.revision) { return }
            } else if try catalog.addDocument(kind, name, text) {
                return
            }
        }
        throw Faults.concurrent("Others change it all the time; try again.")
    }
}
