import SluiceCore
import SluiceHTTP
import SluicePipelines

extension ServiceEntity {
    /// - Parameter connector: Limits without a name are called by it and the entity.
    init(_ name: String, _ node: DefinitionNode, of connector: String) throws(SluiceError) {
        self.name = name
        description = try node.require("description").string()
        key = try node[key: "key"]?.oneOrMany().map { item throws(SluiceError) in try item.string() } ?? []
        fields = try node.entries("fields").map { entry throws(SluiceError) in try Field(entry.key, entry.value) }
        read = try node[key: "read"].map { node throws(SluiceError) in try Read(node, named: "\(connector) \(name)") }
        job = try node[key: "job"].map { node throws(SluiceError) in try JobRead(node, named: "\(connector) \(name) job") }
        cursor = try node[key: "cursor"].map { node throws(SluiceError) in try Cursor(node) }
        parent = try node[key: "parent"].map { node throws(SluiceError) in
            var parent = Parent(entity: try node.require("entity").string(), setting: try node.require("setting").string())
            parent.count = try node[key: "count"]?.path()
            for item in node[key: "changes"]?.oneOrMany() ?? [] { parent.changes.append(try item.path()) }
            parent.unreadable = try node.texts("unreadable")
            return parent
        }
        describe = try node[key: "describe"].map { node throws(SluiceError) in try EntityDescription(node) }
        load = try node[key: "load"].map { node throws(SluiceError) in try JobLoad(node) }
        writes = [:]
        for entry in try node.entries("write") {
            guard let kind = Write(rawValue: entry.key) else { throw node.unknownKey(entry, known: Write.allCases.map(\.rawValue)) }
            writes[kind] = try WriteRequest(entry.value, kind, named: "\(connector) \(name) \(entry.key)")
        }
        deleted = try node[key: "deleted"]?.string()
        guard cursor == nil || !key.isEmpty else {
            throw node.missing("key", remedy: "records are told apart by it where windows overlap")
        }
        try check(node)
    }
}

extension ServiceEntity.Field {
    init(_ name: String, _ node: DefinitionNode) throws(SluiceError) {
        self.name = name
        guard node.isMapping else {
            type = try node.dataType()
            description = ""
            isReadable = true
            writes = []
            return
        }
        type = try node.require("type").dataType()
        description = try node[key: "description"]?.string() ?? ""
        isReadable = try node[key: "readable"]?.boolean() ?? true
        writes = []
        for item in node[key: "write"]?.oneOrMany() ?? [] { writes.insert(try item.enumeration(ServiceEntity.Write.self)) }
    }
}

extension ServiceEntity.Cursor {
    init(_ node: DefinitionNode) throws(SluiceError) {
        field = try node.require("field").path()
        form = try node[key: "form"]?.enumeration(CursorForm.self) ?? .time
        sent = try node[key: "sent"]?.enumeration(CursorForm.self) ?? form
        sendsDigits = node[key: "sent"] == nil && (form == .time || form == .spaced)
        lag = form.usualLag
        if let node = node[key: "lag"] { lag = try form.lag(node) }
        order = try node[key: "order"]?.enumeration(Order.self) ?? .ascending
        earliest = sent.earliest
        if let node = node[key: "earliest"] {
            let text = try node.string()
            guard let place = form.begin(of: text) else {
                throw node.invalid("\(text.quotedForMessage) is no value of \(name)", remedy: "for example: \(form.example)")
            }
            earliest = place
        }
        guard (form == .number) == (sent == .number) else { throw node.invalid("a number is not sent as a time, and no time as a number") }
    }
}

extension ServiceEntity.Read {
    init(_ node: DefinitionNode, named name: String) throws(SluiceError) {
        method = try node[key: "method"]?.string() ?? "GET"
        path = try node.require("path").template()
        parameters = try node.templates("query")
        if let content = node[key: "body"] {
            guard method == "POST" else { throw content.invalid("a request of GET has no body", remedy: "say method: POST") }
            guard content.isMapping else { throw content.wrongType("a mapping, which is sent as an object of JSON") }
            body = try BodyTemplate(content)
        }
        records = try node[key: "records"]?.path() ?? []
        size = try node[key: "size"]?.integer() ?? 100
        limits = try node.limits(named: name)
        hasParent = try node[key: "has_parent"]?.boolean() ?? false
        paging = .single
        endsShort = true
        keepsParameters = true
        guard let page = node[key: "page"] else { return }
        paging = try Self.paging(page)
        endsShort = try page[key: "ends_short"]?.boolean() ?? true
        keepsParameters = try page[key: "keeps_query"]?.boolean() ?? true
        mayBeAbsent = try page[key: "may_be_absent"]?.boolean() ?? false
        opening = try page[key: "opening"].map { node throws(SluiceError) in
            ServiceEntity.Opening(
                path: try node.require("path").template(), parameters: try node.templates("query"),
                cursor: try node.require("cursor").path())
        }
        resumeParameter = try page[key: "resume"]?.string()
        if let path = try page[key: "more"]?.path() { flag = (path, false) }
        if let path = try page[key: "done"]?.path() { flag = (path, true) }
    }

    private static func paging(_ page: DefinitionNode) throws(SluiceError) -> ServiceEntity.Paging {
        if let path = try page[key: "cursor"]?.path() { return .cursor(from: path, parameter: try page.require("parameter").string()) }
        if let path = try page[key: "url"]?.path() { return .address(from: path) }
        if try page[key: "link"]?.boolean() == true { return .link }
        let kind = try page.require("kind").string()
        if kind == "cursor_value" { return .cursorValue(try ServiceEntity.Keyset(page)) }
        let parameter = try page.require("parameter").string()
        switch kind {
        case "key": return .key(parameter: parameter)
        case "offset": return .offset(parameter: parameter)
        default: return .number(parameter: parameter, first: try page[key: "first"]?.integer() ?? 1)
        }
    }
}

extension ServiceEntity.Keyset {
    fileprivate init(_ page: DefinitionNode) throws(SluiceError) {
        ties = try page.templates("ties")
        beyond = try page.templates("beyond")
        skipParameter = try page[key: "skip"]?.string()
        hasLink = try page[key: "more_link"]?.boolean() ?? false
    }
}

extension ServiceEntity.WriteRequest {
    init(_ node: DefinitionNode, _ kind: ServiceEntity.Write, named name: String) throws(SluiceError) {
        method = try node.require("method").string()
        path = try node.require("path").template()
        body = try node[key: "body"]?.enumeration(Body.self) ?? .json
        // A new record has no value to be cleared, and forms have no null of their own.
        nulls = try node[key: "nulls"]?.enumeration(Nulls.self) ?? (kind == .create || body == .form ? .omit : .send)
        wrap = try node[key: "wrap"]?.string()
        idempotencyHeader = try node[key: "idempotency"]?.string()
        batch = try node[key: "batch"].map { node throws(SluiceError) in try WriteBatch(node) }
        limits = try node.limits(named: name)
        guard method != "DELETE" || (batch == nil && path.names.contains("key")) else {
            throw node.invalid(
                "DELETE has no body, so its path has to say which record is meant", remedy: "for example: path: \"/things/{key}\"")
        }
        guard batch == nil || body == .json && idempotencyHeader == nil && !path.names.contains("key") else {
            throw node.invalid("a batch is sent as JSON, to a path without {key}, and without a key for each record")
        }
    }
}
