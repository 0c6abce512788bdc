import SluiceCore
import SluiceFormats

extension FileClass {
    /// The class as the catalog keeps it: one line of JSON.
    var text: String {
        let layout = String(decoding: FileLayout(format: format, options: options).serialized, as: UTF8.self)
        return Value.structure([
            .init("layout", .string(layout)), .init("compression", .string(compression)),
            .init(
                "columns",
                .list(
                    columns.map { column in
                        .list([.string(column.name), column.type.map { .string(Self.text($0)) } ?? .null])
                    })), .init("classifier", .string(classifier)), .init("certainty", .float(certainty)),
            .init("ascii", .boolean(isASCII)), .init("notice", notice.map { .string($0) } ?? .null),
        ]).json
    }

    /// Reads `text`; nil for what it never wrote.
    init?(text: String) {
        guard let root = JSONValueText.value(text), case .string(let layout)? = root[member: "layout"],
            let layout = try? FileLayout(serialized: Array(layout.utf8)), case .string(let compression)? = root[member: "compression"],
            case .list(let list)? = root[member: "columns"], case .string(let classifier)? = root[member: "classifier"]
        else { return nil }
        var columns: [Column] = []
        for entry in list {
            guard case .list(let parts) = entry, parts.count == 2, case .string(let name) = parts[0] else { return nil }
            guard case .string(let type) = parts[1] else {
                columns.append(Column(name: name, type: nil))
                continue
            }
            guard let type = Self.type(type) else { return nil }
            columns.append(Column(name: name, type: type))
        }
        let certainty: Double? =
            switch root[member: "certainty"] {
            case .float(let share)?: share
            case .integer(let share)?: Double(share)
            default: nil
            }
        guard let certainty, case .boolean(let isASCII)? = root[member: "ascii"] else { return nil }
        self.init(
            format: layout.format, compression: compression, options: layout.options, columns: columns, classifier: classifier,
            certainty: certainty, isASCII: isASCII)
        if case .string(let notice)? = root[member: "notice"] { self.notice = notice }
    }

    /// Of nested values only that they are some.
    private static func text(_ type: DataType) -> String {
        switch type {
        case .list(.null): "list"
        case .structure(let fields) where fields.isEmpty: "struct"
        default: type.description
        }
    }

    private static func type(_ text: String) -> DataType? {
        switch text {
        case "list": .list(.null)
        case "struct": .structure([])
        default: try? DataType(parsing: text)
        }
    }

    /// Tells how files of the class are read: evidence of one reading is of no use for another.
    var reading: UInt64 {
        let options = StoredOptions.texts(options).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return TableNaming.longHash(([format, compression, Release.version] + options).joined(separator: "\n"))
    }
}

extension Value {
    /// A member of a struct.
    subscript(member name: String) -> Value? {
        guard case .structure(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
