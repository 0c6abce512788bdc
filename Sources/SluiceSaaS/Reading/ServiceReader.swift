package import SluiceCore
import SluiceHTTP
import SluiceJSON
import Synchronization

/// Reads a window of one entity's records page by page. One task uses it at a time.
package final class ServiceReader: Sendable {
    let session: ServiceSession
    let entity: ServiceEntity
    let read: ServiceEntity.Read
    /// Keys of the parents, by their settings.
    let parents: [String: String]
    /// What its first request asks for.
    let firstTarget: PageTarget
    private let walk: Mutex<PageWalk>
    private let why = Mutex<SluiceError?>(nil)

    /// - Parameters:
    ///   - parent: The key of the record whose records are read; with those of its own parents, as `ParentKeys` writes them.
    ///   - needsCursor: Whether another window follows behind this one.
    /// - Throws: `invalidOption` for an entity that cannot be read.
    package init(
        _ session: ServiceSession, _ entity: ServiceEntity, parent: String?, from position: ReadPosition, needsCursor: Bool = false
    ) throws(SluiceError) {
        guard let read = entity.read else {
            throw SluiceError(.invalidOption, "\(entity.name) of \(session.declaration.name) cannot be read, only written")
        }
        self.session = session
        self.entity = entity
        self.read = read
        let chain = try session.declaration.parents(of: entity)
        let keys = parent.map { ParentKeys($0, depth: chain.count).keys } ?? []
        parents = Dictionary(zip(chain.map(\.setting), keys), uniquingKeysWith: { $1 })
        let walk = PageWalk(entity, read, from: position, under: keys.last, needsCursor: needsCursor)
        firstTarget = walk.target
        self.walk = Mutex(walk)
    }

    /// How far pages were handed out.
    package var position: ReadPosition { walk.withLock { $0.position } }
    package var isDone: Bool { walk.withLock { $0.isDone } }
    /// Why the service gives no more of the parent's records, as the declaration has it; nil where it does.
    package var refusal: SluiceError? { why.withLock { $0 } }

    /// The next page, maybe one without a record; nil at the window's end, and where the parent's records cannot be read.
    package func next() async throws(SluiceError) -> RecordPage? {
        while !isDone, refusal == nil {
            let target = walk.withLock { $0.target }
            do throws(SluiceError) {
                if let opening = read.opening, walk.withLock({ $0.opens }) {
                    let cursor = try await session.open(entity, opening, target, parents)
                    walk.withLock { $0.open(cursor) }
                    continue
                }
                let request = try session.pageRequest(entity, read, target, parents)
                let unreadable = entity.parent?.unreadable ?? []
                return try take(await session.send(request, read.limits, .json, unreadable: unreadable), to: request)
            } catch {
                switch error.code {
                case .pageExpired: try expire(error)
                case .parentUnreadable: why.withLock { $0 = error }
                case .keyNotInPath where entity.parent?.unreadable.isEmpty == false: why.withLock { $0 = error }
                case .keyNotInPath: throw named(error)
                default: throw error
                }
            }
        }
        return nil
    }

    private func take(_ answer: WebAnswer, to request: WebRequest) throws(SluiceError) -> RecordPage {
        if answer.hasNothing { return try walk.withLock { walk throws(SluiceError) in try walk.takeNothing() } }
        let link = answer.headers["link"]
        var page = try walk.withLock { walk throws(SluiceError) in
            do throws(SluiceError) {
                return try walk.take(answer.body, link: link, from: request.address)
            } catch {
                guard [.serviceFailed, .pagesWithoutRecords].contains(error.code) else { throw error }
                var placed = error
                placed.message = "\(request.label): \(request.shown) answered \(answer.status), and \(error.message)"
                throw placed
            }
        }
        for (setting, key) in parents.sorted(by: { $0.key < $1.key }) {
            guard let field = entity.fields.first(where: { $0.name == setting }), let value = field.type.json(ofKey: key) else { continue }
            page = page.adding(setting, value)
        }
        return page
    }

    /// The error of a parent's key that cannot stand in the path, with the entity's name and what leaves that parent out.
    private func named(_ error: SluiceError) -> SluiceError {
        var error = error
        error.message = "\(session.declaration.name) \(entity.name): \(error.message)"
        if let parent = entity.parent {
            error.remedy =
                "give parent of \(entity.name) a list unreadable, such as [404]: then that one of the \(parent.entity) is left out"
        }
        return error
    }

    private func expire(_ error: SluiceError) throws(SluiceError) {
        try walk.withLock { walk throws(SluiceError) in try walk.expire(error) }
    }
}

extension RecordPage {
    /// The page with one more member, the first, in each record.
    ///
    /// - Parameter value: JSON.
    fileprivate func adding(_ name: String, _ value: [UInt8]) -> RecordPage {
        var member: [UInt8] = [UInt8(ascii: "{")]
        JSONText.appendString(name.utf8, to: &member)
        member.append(UInt8(ascii: ":"))
        member += value
        var page = RecordPage(bytes: [], records: [], repeated: repeated)
        page.bytes.reserveCapacity(bytes.count + records.count * (member.count + 1))
        for record in records {
            let start = page.bytes.count
            if bytes[record.lowerBound] == UInt8(ascii: "{") {
                page.bytes += member
                let rest = bytes[(record.lowerBound + 1)..<record.upperBound]
                let isEmpty = rest.first { $0 > 0x20 } == UInt8(ascii: "}")
                if !isEmpty { page.bytes.append(UInt8(ascii: ",")) }
                page.bytes += rest
            } else {
                page.bytes += bytes[record]
            }
            page.records.append(start..<page.bytes.count)
        }
        return page
    }
}

extension DataType {
    /// A record's key as a column of the type has it, as JSON; nil where the type is of no key. A text that the type does not take stays one.
    fileprivate func json(ofKey key: String) -> [UInt8]? {
        switch self {
        case .list, .structure, .map: return nil
        case .boolean where ["true", "false"].contains(key): return Array(key.utf8)
        case .int8, .int16, .int32, .int64, .float32, .float64, .decimal:
            if case .number(let digits)? = try? JSONParser.parse(Array(key.utf8)) { return Array(digits) }
        default: break
        }
        var text: [UInt8] = []
        JSONText.appendString(key.utf8, to: &text)
        return text
    }
}
