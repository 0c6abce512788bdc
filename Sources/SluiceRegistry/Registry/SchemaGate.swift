import SluiceCatalog
package import SluiceCore
import Synchronization

/// Checks records that a bound stream takes.
///
/// A record with a header must name a version of the schema and be as that version says; one without must be as the latest version says:
/// JSON text for Avro and JSON Schema, a binary message for Protobuf.
package final class SchemaGate: Sendable {
    private let registry: SchemaRegistry
    private let name: SchemaName
    private let latest = Mutex<Latest?>(nil)

    private struct Latest {
        var readMicros: Int64
        var document: SchemaDocument
    }

    package init(_ registry: SchemaRegistry, _ name: SchemaName) {
        self.registry = registry
        self.name = name
    }

    /// Why a record is not taken; nil where it is.
    package func fault(of record: ArraySlice<UInt8>) -> SluiceError? {
        do throws(SluiceError) {
            // No message of Protobuf begins as a header does: the least number of a field makes its first byte 8.
            if WireHeader.begins(record) {
                let found = try registry.decode(record, isStrict: true).version
                guard found.registry == name.registry, found.schema == name.name else {
                    return SluiceError(
                        .recordMismatch,
                        "the record's header names version \(found.version) of schema \"\(found.fullName)\", and the stream takes \"\(name)\"",
                        remedy: "write it with that schema, or put it into another stream")
                }
                return nil
            }
            let document = try latestDocument()
            do throws(PayloadFault) {
                try document.check(plain: record)
                return nil
            } catch {
                return SluiceError(
                    .recordMismatch, "the record is not as schema \"\(name)\" says: \(error.message)", remedy: error.error.remedy)
            }
        } catch {
            return error
        }
    }

    private func latestDocument() throws(SluiceError) -> SchemaDocument {
        let now = registry.catalog.clock.nowMicros()
        if let known = latest.withLock({ $0 }), now - known.readMicros < SchemaRegistry.freshMicros { return known.document }
        let document = try registry.document(of: try registry.version(nil, of: name))
        latest.withLock { $0 = Latest(readMicros: now, document: document) }
        return document
    }
}
