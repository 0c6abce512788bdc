import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// How far the one split of a slice was read, told by its reader.
final class CursorPlace: Sendable {
    private let bookmark = Mutex<CursorBookmark?>(nil)

    var reached: CursorBookmark? { bookmark.withLock { $0 } }

    func note(_ place: CursorBookmark) { bookmark.withLock { $0 = place } }

    /// A slice whose reader tells this place how far it has come.
    ///
    /// - Parameters:
    ///   - split: The only one of the source.
    ///   - name: By which the bookmark is kept.
    ///   - before: Behind which the slice begins.
    func slice(
        _ source: any Source, split: String, name: String, after before: CursorBookmark?, notices: [String]
    ) throws(SluiceError) -> SourceSlice {
        let old = try before?.bytes()
        var slice = SourceSlice(source: source, openSplits: [split], isLast: true, notices: notices) {
            let bytes = self.reached.flatMap { try? $0.bytes() } ?? old
            return bytes.map { [ExactText(name): $0] } ?? [:]
        }
        slice.windows = {
            guard let reached = self.reached else { return [] }
            return [RunReport.Window(source: name, from: before?.shown, to: reached.shown)]
        }
        return slice
    }
}
