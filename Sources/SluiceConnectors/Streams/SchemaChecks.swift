package import SluiceCatalog
import SluiceCore
package import SluiceLog
import SluiceRegistry

/// What makes streams that are bound to schemas check their records.
package enum SchemaChecks {
    /// - Parameter catalog: Opens the catalog, when the first schema is asked for.
    package static func checks(_ catalog: @escaping @Sendable () throws -> Catalog) -> RecordChecks {
        RecordChecks { schema throws(SluiceError) in
            let registry: SchemaRegistry
            do {
                registry = SchemaRegistry(try catalog())
            } catch let error as SluiceError {
                throw error
            } catch {
                throw SluiceError(.ioFailure, "the catalog cannot be opened: \(ErrorLine.text(error))", underlying: error)
            }
            let name = try SchemaName(parsing: schema)
            _ = try registry.version(nil, of: name)
            let gate = SchemaGate(registry, name)
            return { gate.fault(of: $0) }
        }
    }
}
