import GRDB
import SluiceCore

extension SluiceError {
    /// Runs database work and turns its errors into ones that say what to do.
    static func catching<Result>(_ path: String, _ body: () throws -> Result) throws(SluiceError) -> Result {
        do {
            return try body()
        } catch let error as SluiceError {
            throw error
        } catch let error as DatabaseError {
            throw database(error, path)
        } catch {
            throw SluiceError(.ioFailure, "cannot use \(path.quotedForMessage): \(error)", at: .file(path: path), underlying: error)
        }
    }

    private static func database(_ error: DatabaseError, _ path: String) -> SluiceError {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        let place = SourceLocation.file(path: path)
        return switch error.resultCode {
        case .SQLITE_NOTADB:
            SluiceError(
                .stateCorrupt, "\(path.quotedForMessage) is not a SQLite database", at: place,
                remedy: "restore it from a backup, or move it away to begin with an empty catalog", underlying: error)
        case .SQLITE_CORRUPT:
            SluiceError(
                .stateCorrupt, "\(path.quotedForMessage) is damaged: \(reason)", at: place,
                remedy: "restore it from a backup; `sqlite3 FILE .recover` saves what is readable", underlying: error)
        case .SQLITE_FULL:
            SluiceError(
                .diskFull, "no space left for \(path.quotedForMessage)", at: place, remedy: "free space on that disk and run again",
                isRetriable: true, underlying: error)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            SluiceError(
                .ioFailure, "\(path.quotedForMessage) is in use by another process for over \(Int(CatalogLimits.busySeconds)) seconds",
                at: place, remedy: "try again when it is done", isRetriable: true, underlying: error)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
            SluiceError(
                .unreadable, "cannot open \(path.quotedForMessage): \(reason)", at: place,
                remedy: "check the permissions of the file and its directory", underlying: error)
        default: SluiceError(.ioFailure, "cannot use \(path.quotedForMessage): \(reason)", at: place, underlying: error)
        }
    }
}
