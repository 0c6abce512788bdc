package import SluiceCore
package import SluiceStorage

/// The objects of a bucket, or those whose keys begin with a prefix, by the S3 API.
///
/// Keys that end in a slash are what other programs put in the place of directories, and are no objects here. A key that cannot be a name (`a//b`,
/// `../c`) is an error where it is listed, because leaving it out would be silent. `rename` is a copy and a removal: who looks between sees both.
package struct S3Store: ObjectStore {
    package let service: S3Service
    /// What the keys of all names begin with: empty, or with a slash at its end.
    package let prefix: String

    package init(_ service: S3Service, below directory: String = "") {
        self.service = service
        prefix = directory.isEmpty || directory.hasSuffix("/") ? directory : directory + "/"
    }

    /// As messages show a name.
    package func shown(_ name: String) -> String { S3Location(bucket: service.bucket, key: prefix + name).description }

    // MARK: Listing

    package func list(_ pattern: Glob) async throws(SluiceError) -> [ObjectInfo] {
        var found: [ExactText: ObjectInfo] = [:]
        for plan in S3ListPlan.plans(for: pattern) {
            try await service.list(prefix + plan.prefix, isFlat: plan.isFlat) { page throws(SluiceError) in
                for object in try self.named(page.objects) where pattern.matches(object.name) { found[ExactText(object.name)] = object }
                guard found.count <= StorageLimits.listedObjects else {
                    throw SluiceError(
                        .limitExceeded,
                        "more than \(StorageLimits.listedObjects) objects match \(self.shown(pattern.text).quotedForMessage)",
                        remedy: "name a part of the directories")
                }
                return true
            }
        }
        if found.isEmpty { throw try await noMatch(pattern) }
        return found.values.sorted { ObjectName.precedes($0.name, $1.name) }
    }

    package func list(below directory: String) async throws(SluiceError) -> [ObjectInfo] {
        var all: [ObjectInfo] = []
        try await eachPage(below: directory) { page throws(SluiceError) in
            all += page
            guard all.count <= StorageLimits.listedObjects else {
                throw SluiceError(
                    .limitExceeded, "more than \(StorageLimits.listedObjects) objects are below \(self.shown(directory).quotedForMessage)",
                    remedy: "name a part of the directories")
            }
        }
        return all
    }

    package func eachPage(
        below directory: String, _ take: ([ObjectInfo]) throws(SluiceError) -> Void
    ) async throws(SluiceError) {
        let start = try Self.inside(directory)
        try await service.list(prefix + start, isFlat: true) { page throws(SluiceError) in
            let visible = try self.named(page.objects).filter { object in
                !object.name.dropFirst(start.count).split(separator: "/").contains { ObjectName.isHidden($0) }
            }
            try take(visible)
            return true
        }
    }

    package func entries(in directory: String) async throws(SluiceError) -> DirectoryEntries {
        let start = try Self.inside(directory)
        var entries = DirectoryEntries()
        try await service.list(prefix + start, isFlat: false) { page throws(SluiceError) in
            entries.objects += try self.named(page.objects).filter { !ObjectName.isHidden($0.name.dropFirst(start.count)) }
            for found in page.prefixes {
                let name = String(found.dropFirst(self.prefix.count).dropLast())
                guard !ObjectName.isHidden(name.dropFirst(start.count)) else { continue }
                _ = try self.checked(name)
                entries.directories.append(name)
            }
            return true
        }
        return entries
    }

    private static func inside(_ directory: String) throws(SluiceError) -> String {
        if directory.isEmpty { return "" }
        _ = try ObjectName.parts(directory)
        return directory + "/"
    }

    /// Objects by their names; without markers of directories.
    private func named(_ objects: [ObjectInfo]) throws(SluiceError) -> [ObjectInfo] {
        var named: [ObjectInfo] = []
        named.reserveCapacity(objects.count)
        for object in objects where !object.name.hasSuffix("/") {
            var object = object
            object.name = try checked(String(object.name.dropFirst(prefix.count)))
            named.append(object)
        }
        return named
    }

    private func checked(_ name: String) throws(SluiceError) -> String {
        do throws(SluiceError) {
            _ = try ObjectName.parts(name)
            return name
        } catch {
            throw SluiceError(
                .unreadable, "the key \(shown(name).quotedForMessage) cannot be told as a path", at: .file(path: shown(name)),
                remedy: "copy the object to a key without empty parts, . and .., or name a prefix that does not hold it")
        }
    }

    /// - Returns: The error of a pattern that nothing has.
    func noMatch(_ pattern: Glob) async throws(SluiceError) -> SluiceError {
        var known: [String: [String]] = [:]
        for directory in S3ListPlan.directories(of: pattern) {
            let found = try await entries(in: directory)
            let names = (found.objects.map(\.name) + found.directories).map { name in
                String(name.dropFirst(directory.isEmpty ? 0 : directory.count + 1))
            }
            guard !names.isEmpty || directory.isEmpty else { break }
            known[directory] = names
        }
        return NoMatch.error(pattern, entries: { known[$0] }, path: shown)
    }

    // MARK: Objects

    package func info(_ name: String) async throws(SluiceError) -> ObjectInfo {
        let object = try await finding(name) { key throws(SluiceError) in try await service.head(key) }
        return ObjectInfo(
            name: name, byteCount: Int(object.byteCount), modifiedMicros: object.modifiedMicros, version: object.etag)
    }

    package func open(_ name: String) async throws(SluiceError) -> any ByteSource & Sendable { S3Source(try await access(of: name)) }

    package func access(_ name: String) async throws(SluiceError) -> any RandomAccess { try await access(of: name) }

    private func access(of name: String) async throws(SluiceError) -> S3Access {
        let object = try await finding(name) { key throws(SluiceError) in try await service.head(key) }
        return S3Access(service, key: prefix + name, byteCount: object.byteCount, etag: object.etag)
    }

    /// An object that was listed, without asking for it again before it is read.
    ///
    /// - Parameter isAhead: Whether its first bytes are asked for at once, so that those of several objects come side by side.
    package func access(listed object: ObjectInfo, isAhead: Bool = false) -> any RandomAccess {
        S3Access(service, key: prefix + object.name, byteCount: Int64(object.byteCount), etag: object.version, isAhead: isAhead)
    }

    package func create(_ name: String) async throws(SluiceError) -> any ObjectSink { S3Sink(service, key: try key(name)) }

    @discardableResult
    package func put(_ bytes: [UInt8], as name: String, if condition: PutCondition) async throws(SluiceError) -> ObjectInfo {
        _ = try await service.put(try key(name), bytes, if: condition)
        return try await info(name)
    }

    package func copy(_ source: String, to target: String) async throws(SluiceError) {
        let target = try key(target)
        try await finding(source) { key throws(SluiceError) in try await service.copy(key, to: target) }
    }

    package func rename(_ source: String, to target: String) async throws(SluiceError) {
        try await copy(source, to: target)
        if source != target { try await service.delete(try key(source)) }
    }

    package func remove(_ name: String) async throws(SluiceError) {
        _ = try await info(name)
        try await service.delete(try key(name))
    }

    package func removeAll(_ names: [String]) async throws(SluiceError) {
        var keys: [String] = []
        for name in names { keys.append(try key(name)) }
        try await service.delete(all: keys)
    }

    private func key(_ name: String) throws(SluiceError) -> String {
        _ = try ObjectName.parts(name)
        let key = prefix + name
        guard key.utf8.count <= S3Limits.keyBytes else {
            throw SluiceError(
                .limitExceeded, "the key \(key.quotedForMessage) has \(key.utf8.count) bytes", at: .file(path: shown(name)),
                remedy: "S3 takes keys of at most \(S3Limits.keyBytes) bytes")
        }
        return key
    }

    /// Says what there is instead where an object is not there.
    private func finding<Result: Sendable>(
        _ name: String, _ body: (String) async throws(SluiceError) -> Result
    ) async throws(SluiceError) -> Result {
        do throws(SluiceError) {
            return try await body(try key(name))
        } catch {
            guard error.code == .fileNotFound else { throw error }
            throw try await noMatch(try Glob(literal: name))
        }
    }
}
