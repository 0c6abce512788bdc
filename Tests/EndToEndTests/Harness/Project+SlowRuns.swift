import SluiceTestKit

/// Runs that last long enough for a test to come in between.
extension Project {
    static let slowRows = 400_000

    /// An input that takes a run a good part of a second, whatever the build.
    func writeSlowInput(_ file: String) throws {
        var bytes = Array("id,amount,text\n".utf8)
        for row in 1...Self.slowRows {
            bytes.append(contentsOf: "\(row),\(row % 1009),a text that makes the row a little longer than it would be without\n".utf8)
        }
        try directory.write(file, bytes: bytes)
    }

    /// Whether a run of the pipeline holds its lock right now.
    func isLocked(_ pipeline: String) -> Bool {
        (try? TemporaryDirectory.contents(of: "\(home)/locks/\(pipeline).lock"))?.isEmpty == false
    }
}
