import SluiceCatalog
import SluiceCore
import SluiceServer
import Synchronization

/// Tables as answers have them: what was written of a table is copied for as long as the catalog has the same of it.
final class ShownTables: Sendable {
    private struct Shown {
        let table: KnownTable
        let location: ExactText?
        let format: WireFormat
        let member: WireWriter.Members
    }

    private let shown = Mutex(RecentValues<TableName, Shown>(limit: GlueLimits.shownTableBytes))

    /// The member `Table` of an answer.
    func member(of table: KnownTable, _ call: GlueCall) -> WireWriter.Members {
        // Whether a location is told as it was given depends on the disk.
        let location = call.location(of: table.definition)
        let exact = location.map { ExactText($0) }
        let name = table.definition.name
        if let last = shown.withLock({ $0[name] }), last.table === table, last.location == exact, last.format == call.format {
            return last.member
        }
        let member = WireWriter.members(call.format) { $0.member("Table", call.value(table.record, location: location)) }
        let kept = Shown(table: table, location: exact, format: call.format, member: member)
        shown.withLock { $0.put(kept, for: name, bytes: member.byteCount) }
        return member
    }
}
