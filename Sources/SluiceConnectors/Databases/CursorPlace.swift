import SluiceCore
import Synchronization

/// How far the one split of a slice was read, told by its reader.
final class CursorPlace: Sendable {
    private let bookmark = Mutex<CursorBookmark?>(nil)

    var reached: CursorBookmark? { bookmark.withLock { $0 } }

    func note(_ place: CursorBookmark) { bookmark.withLock { $0 = place } }
}
