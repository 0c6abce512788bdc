import Glibc
package import SluiceCore
import Synchronization

/// The system's tzdata: a directory with a file for each zone, each read once.
package final class ZoneDirectory: Sendable {
    package let path: String
    private let known = Mutex<[String: ZoneRules]>([:])

    package init(path: String) { self.path = path }

    /// The directory that `TZDIR` names, otherwise the usual one.
    package static let system = ZoneDirectory(
        path: getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo")

    /// The zone of a name such as `Europe/Berlin`. `UTC` is there without tzdata.
    ///
    /// - Throws: `notFound` with the nearest name; what is wrong with the file.
    package func zone(_ name: String) throws(SluiceError) -> ZoneRules {
        if name == "UTC" { return .utc }
        if let zone = known.withLock({ $0[name] }) { return zone }
        let file = path + "/" + name
        guard Self.isName(name), DiskFiles.kind(of: file) == .file, (DiskFiles.byteCount(of: file) ?? 0) <= ScheduleLimits.zoneBytes else {
            throw unknown(name)
        }
        let zone = try ZoneFile.rules(try DiskFiles.read(file), name: name, path: file)
        known.withLock { $0[name] = zone }
        return zone
    }

    /// All names, by the alphabet; empty without tzdata.
    package func names() -> [String] {
        var found: [String] = []
        var folders = [""]
        while let folder = folders.popLast(), found.count < ScheduleLimits.zoneFiles {
            for entry in (try? DiskFiles.list(path + "/" + folder)) ?? [] {
                let name = folder.isEmpty ? entry : folder + "/" + entry
                // posix/ is the same once more, right/ counts leap seconds.
                if ["posix", "right", "localtime", "posixrules", "Factory"].contains(name) { continue }
                switch DiskFiles.kind(of: path + "/" + name) {
                case .directory: folders.append(name)
                case .file where Self.isZone(path + "/" + name): found.append(name)
                default: break
                }
            }
        }
        return found.sorted()
    }

    private func unknown(_ name: String) -> SluiceError {
        let names = names()
        guard !names.isEmpty else {
            return SluiceError(
                .notFound, "there is no time zone \(name.quotedForMessage), because there is no tzdata in \(path.quotedForMessage)",
                remedy: "install the tzdata package, or set TZDIR")
        }
        if let fixed = ScheduleAdvice.zone(ofOffset: name), names.contains(fixed) {
            return SluiceError(
                .notFound, "there is no time zone \(name.quotedForMessage)",
                remedy: "that offset is \(fixed), with the other sign; a name such as Europe/Berlin has summer time, too")
        }
        // People write the city alone, too.
        let city = names.first { $0.split(separator: "/").last?.lowercased() == name.lowercased().replacing(" ", with: "_") }
        let near = city ?? Suggestion.nearest(to: name, in: names)
        return SluiceError(
            .notFound, "there is no time zone \(name.quotedForMessage)",
            remedy: near.map { "did you mean \"\($0)\"?" } ?? "write a name of tzdata, such as Europe/Berlin or UTC")
    }

    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return !name.isEmpty && name.utf8.count <= 64
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "."
                    && part.utf8.allSatisfy { byte in
                        let letter = byte | 0x20
                        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte &- 0x30 < 10 || "_+-".utf8.contains(byte)
                    }
            }
    }

    private static func isZone(_ file: String) -> Bool {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var magic = [UInt8](repeating: 0, count: 4)
        return read(descriptor, &magic, 4) == 4 && magic.elementsEqual("TZif".utf8)
    }
}
