package import SluiceCore

/// What is different between two definitions of a table, item by item, in a fixed order.
package struct TableDifference: Hashable, Sendable {
    /// One item: nil before for one that is new, nil after for one that is gone.
    package struct Item: Hashable, Sendable {
        /// What it is about: `column price`, `comment`, `tag team`.
        package var subject: String
        package var before: String?
        package var after: String?

        package init(_ subject: String, from before: String?, to after: String?) {
            self.subject = subject
            self.before = before
            self.after = after
        }

        /// `+ column price  decimal(8,2)`, `- tag team  sales`, `~ comment  "a" -> "b"`.
        package var line: String {
            switch (before, after) {
            case (nil, let after?): "+ \(subject)  \(after)"
            case (let before?, nil): "- \(subject)  \(before)"
            default: "~ \(subject)  \(before ?? "") -> \(after ?? "")"
            }
        }

        package var json: Value {
            .structure([.init("subject", .string(subject)), .init("before", .text(before)), .init("after", .text(after))])
        }
    }

    package private(set) var items: [Item] = []

    /// - Parameter old: Nil for a table that is new.
    package init(from old: TableDefinition?, to new: TableDefinition) {
        columns("column", old?.columns ?? [], new.columns)
        columns("partition key", old?.partitionKeys ?? [], new.partitionKeys)
        text("comment", old?.comment, new.comment)
        text("owner", old?.owner, new.owner)
        map("tag", old?.tags, new.tags)
        text("kind", old?.kind.rawValue ?? TableKind.external.rawValue, new.kind.rawValue)
        text("location", old?.location, new.location)
        text("format", old?.format, new.format)
        map("format option", old?.formatOptions, new.formatOptions)
        text("view", old?.view?.sql, new.view?.sql ?? "")
        text("view's original text", old?.view?.original, new.view?.original ?? "")
        map("parameter", old?.parameters, new.parameters)
        storage(old?.storage ?? StorageDescriptor(), new.storage)
    }

    package var isEmpty: Bool { items.isEmpty }
    package var json: Value { .list(items.map(\.json)) }

    private mutating func add(_ subject: String, _ before: String?, _ after: String?) {
        if before != after { items.append(Item(subject, from: before, to: after)) }
    }

    /// An empty text is none.
    private mutating func text(_ subject: String, _ before: String?, _ after: String) {
        add(subject, before.flatMap { $0.isEmpty ? nil : $0.quotedForMessage }, after.isEmpty ? nil : after.quotedForMessage)
    }

    private mutating func map(_ subject: String, _ before: [String: String]?, _ after: [String: String]) {
        let before = before ?? [:]
        for key in Set(before.keys).union(after.keys).sorted() {
            add("\(subject) \(key)", before[key]?.quotedForMessage, after[key]?.quotedForMessage)
        }
    }

    private mutating func columns(_ noun: String, _ before: [CatalogColumn], _ after: [CatalogColumn]) {
        for column in after {
            let known = before.first { $0.name == column.name }
            add("\(noun) \(column.name)", known.map(Self.type), Self.type(column))
            if let known {
                text("comment of \(noun) \(column.name)", known.comment, column.comment)
                map("parameter of \(noun) \(column.name),", known.parameters, column.parameters)
            } else {
                text("comment of \(noun) \(column.name)", nil, column.comment)
            }
        }
        for column in before where !after.contains(where: { $0.name == column.name }) {
            add("\(noun) \(column.name)", Self.type(column), nil)
        }
        let (kept, now) = (before.map(\.name), after.map(\.name))
        if Set(kept) == Set(now), kept != now {
            add("order of \(noun)s", kept.joined(separator: ", "), now.joined(separator: ", "))
        }
    }

    private static func type(_ column: CatalogColumn) -> String { column.type.description + (column.isNullable ? "" : " not null") }

    private mutating func storage(_ before: StorageDescriptor, _ after: StorageDescriptor) {
        text("input format", before.inputFormat, after.inputFormat ?? "")
        text("output format", before.outputFormat, after.outputFormat ?? "")
        text("serde", before.serDe?.library, after.serDe?.library ?? "")
        text("serde name", before.serDe?.name, after.serDe?.name ?? "")
        map("serde parameter", before.serDe?.parameters, after.serDe?.parameters ?? [:])
        map("storage parameter", before.parameters, after.parameters)
        func bare(_ storage: StorageDescriptor) -> String? {
            var rest = storage
            (rest.inputFormat, rest.outputFormat, rest.serDe, rest.parameters) = (nil, nil, nil, [:])
            return rest.isEmpty ? nil : rest.json.json
        }
        add("buckets and other storage", bare(before), bare(after))
    }
}
