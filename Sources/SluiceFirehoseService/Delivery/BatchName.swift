import SluiceServer
import Crypto
import SluiceCore

/// Names that a delivery gives, made of what it consists of: one that is repeated gives the same names, and so overwrites itself.
struct BatchName: Sendable {
    private let seed: String
    private let stream: String
    private let version: Int

    /// - Parameter start: Places of the first records.
    init(_ stream: DeliveryStream, version: Int, start: Progress.Places, _ scope: ScopeID) {
        let places = start.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        seed = "\(scope.account)/\(scope.region)/\(stream.name)/\(stream.createdMicros)/\(places)"
        self.stream = stream.name
        self.version = version
    }

    private func digest(_ role: String) -> [UInt8] { Array(SHA256.hash(data: Array("\(seed)\n\(role)".utf8))) }

    /// A UUID in the form of version 4.
    func id(_ role: String) -> String {
        var bytes = Array(digest(role).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return Hexadecimal.uuid(bytes)
    }

    /// Eleven letters and digits.
    func random(_ role: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String(digest(role + "\nrandom").prefix(11).map { letters[Int($0) % letters.count] })
    }

    /// What stands behind the prefix: `clicks-1-2026-11-30-17-05-09-UUID`.
    ///
    /// - Parameter micros: Arrival of the object's oldest record.
    func suffix(_ role: String, micros: Int64) -> String {
        let seconds = Int64((Double(micros) / 1_000_000).rounded(.down))
        guard let pattern = try? JavaTimePattern("yyyy-MM-dd-HH-mm-ss") else { preconditionFailure("the pattern is one") }
        return "\(stream)-\(version)-\(pattern.text(ofLocal: seconds, micros: 0))-\(id(role))"
    }
}
