import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceSaaS

@Suite("declarations of services")
struct DeclarationTests {
    @Test("those that come along are whole: each entity can be read or written, and told by a key") func embedded() throws {
        for (name, yaml) in EmbeddedDeclarations.texts {
            let declaration = try ServiceDeclaration(parsing: yaml, path: "<\(name)>")
            #expect(declaration.name == name)
            for entity in declaration.entities {
                #expect(entity.isReadable || !entity.writes.isEmpty, "\(name) \(entity.name)")
                #expect(entity.key.allSatisfy { key in entity.fields.contains { $0.name == key } }, "\(name) \(entity.name)")
                if let cursor = entity.cursor { #expect(entity.fields.contains { $0.name == cursor.field[0] }, "\(name) \(entity.name)") }
                for (kind, write) in entity.writes {
                    #expect(entity.fields.contains { $0.writes.contains(kind) }, "\(name) \(entity.name) \(kind)")
                    #expect(
                        kind == .create || write.path.names.contains("key") || write.batch?.keys.isEmpty == false || kind == .upsert,
                        "\(name) \(entity.name) \(kind)")
                }
            }
        }
    }

    private static let small = """
        connector: crm
        summary: Contacts.
        settings:
          key: {description: A key., secret: true}
        url: https://crm.example.com
        auth: [{header: {name: X-Key, value: "{key}"}}]
        entities:
          contacts:
            description: A contact.
            key: id
            fields: {id: int64, name: string}
            read: {path: /contacts, query: {size: "{limit}"}, records: rows, page: {link: true}}
        """

    @Test("a small one says all that is needed") func small() throws {
        let declaration = try ServiceDeclaration(parsing: Self.small, path: "crm.yaml")
        let read = try #require(try declaration.entity("contacts").read)
        #expect(read.records == ["rows"])
        if case .link = read.paging {} else { Issue.record("not by links") }
        #expect(throws: SluiceError.self) { try declaration.entity("contact") }
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            ("path: /contacts", "path: /contacts/{team}", 12), ("id: int64", "id: int65", 11),
            ("link: true", "kind: pages, parameter: p", 12),
            ("connector: crm", "connecter: crm", 1), ("summary: Contacts.", "summary: [a]", 2), ("{key}", "{kee}", 6),
            ("description: A contact.", "description: A contact., colour: red", 9), ("size: \"{limit}\"", "size: \"{limit\"", 12),
        ])
    func wrong(_ old: String, _ new: String, _ line: Int) {
        let text = Self.small.replacing(old, with: new)
        #expect(text != Self.small)
        do {
            let declaration = try ServiceDeclaration(parsing: text, path: "crm.yaml")
            // What a login names is looked up when a connection has it, or has not.
            #expect(throws: SluiceError.self) { try ServiceSession(declaration, ["key": "k3y-k3y"], .init()) }
        } catch {
            let found = (error as? DefinitionErrors)?.errors.first ?? (error as? SluiceError)
            guard case .file("crm.yaml", let place?, _) = found?.location else {
                Issue.record("no place: \(error)")
                return
            }
            #expect(abs(place - line) <= 4, "\(error)")
        }
    }

    @Test(
        "what of an entity leads nowhere, or contradicts itself, is told with its place",
        arguments: [
            ("key: id", "key: idd", "\"idd\" is no field", 10), ("key: id", "key: [id, nam]", "\"nam\" is no field", 10),
            ("key: id", "key: id\n    cursor: {field: changed.at}", "\"changed.at\" is no field", 11),
            ("link: true", "link: true, url: next", "by url or by link", 12),
            ("link: true", "kind: offset, parameter: o, cursor: x", "by cursor or by kind", 12),
            ("link: true", "url: next, more: a, done: b", "more and done", 12),
            ("link: true", "kind: cursor_value", "has no cursor", 12),
            ("key: id", "key: id\n    deleted: \"gone = (\"", "", 11),
            ("read: {path: /contacts, query: {size: \"{limit}\"}, records: rows, page: {link: true}}", "", "neither read nor written", 9),
        ])
    func contradictions(_ old: String, _ new: String, _ words: String, _ line: Int) {
        let text = Self.small.replacing(old, with: new)
        #expect(text != Self.small)
        do {
            _ = try ServiceDeclaration(parsing: text, path: "crm.yaml")
            Issue.record("taken: \(new)")
        } catch {
            let found = (error as? DefinitionErrors)?.errors.first ?? (error as? SluiceError)
            #expect(found?.message.contains(words) == true || words.isEmpty, "\(error)")
            guard case .file("crm.yaml", let place?, _) = found?.location else {
                Issue.record("no place: \(error)")
                return
            }
            #expect(abs(place - line) <= 1, "\(error)")
        }
    }

    @Test("keys and cursors may be members of declared fields") func members() throws {
        let text = Self.small.replacing("key: id", with: "key: meta.id\n    cursor: {field: meta.at}")
            .replacing("id: int64", with: "meta: \"struct<id: int64, at: timestamptz>\"")
        #expect(try ServiceDeclaration(parsing: text, path: "crm.yaml").entity("contacts").key == ["meta.id"])
    }

    @Test("a template takes values, and says which it needs") func templates() throws {
        let template = try TemplateText("/a/{id}/{{x}}?{q}")
        #expect(template.names == ["id", "q"])
        #expect(template.filled(["id": "1", "q": "2"]) == "/a/1/{x}?2")
        #expect(template.filled(["id": "1"]) == nil)
        #expect(throws: SluiceError.self) { try TemplateText("/a/{id") }
        #expect(throws: SluiceError.self) { try TemplateText("/a/{}") }
    }

    @Test(
        "cursors are places, and texts again",
        arguments: [
            (CursorForm.time, "2024-01-31T10:00:00Z", 1_706_695_200_000_000 as Int64, "2024-01-31T10:00:00Z"),
            (.time, "2024-01-31T10:00:00.5+01:00", 1_706_691_600_500_000, "2024-01-31T09:00:00Z"),
            (.seconds, "1700000000", 1_700_000_000_000_000, "1700000000"),
            (.decimal, "1700000000.000100", 1_700_000_000_000_100, "1700000000.000100"),
            (.decimal, "1700000000.1", 1_700_000_000_100_000, "1700000000.100000"), (.number, "42", 42, "42"),
            (.time, "1965-06-01T00:00:00Z", -144_720_000_000_000, "1965-06-01T00:00:00Z"),
            (.time, "0001-01-01T00:00:00Z", -62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
            (.spaced, "1965-06-01 00:00:00", -144_720_000_000_000, "1965-06-01 00:00:00"), (.seconds, "-5", -5_000_000, "-5"),
            (.decimal, "-5.5", -5_500_000, "-5.500000"), (.decimal, "-0.000100", -100, "-0.000100"), (.number, "-42", -42, "-42"),
        ])
    func cursors(_ form: CursorForm, _ text: String, _ place: Int64, _ back: String) {
        #expect(form.place(of: text) == place)
        #expect(form.text(of: place) == back)
    }

    @Test(
        "times are written with as many digits as are asked for",
        arguments: [
            (CursorForm.time, "2024-01-31T10:00:00.123Z", 3), (.time, "2024-01-31T10:00:00.120Z", 3),
            (.time, "2024-01-31T10:00:00.000001Z", 6),
            (.spaced, "2024-01-31 10:00:00.05", 2), (.time, "1965-06-01T00:00:00.250Z", 3), (.time, "2024-01-31T10:00:00.123456000Z", 9),
        ])
    func digits(_ form: CursorForm, _ text: String, _ digits: Int) throws {
        #expect(form.digits(of: text) == digits)
        #expect(form.text(of: try #require(form.place(of: text)), digits: digits) == text)
    }

    @Test("what is no cursor has no place", arguments: ["", "null", "1.", "x", "2024-13-01T00:00:00Z", "99999999999999999999"])
    func noCursors(_ text: String) { for form in CursorForm.allCases { #expect(form.place(of: text) == nil, "\(form)") } }
}
