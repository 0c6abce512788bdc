import SluiceCore
import Testing

@testable import SluiceRegistry

@Suite("Protobuf compatibility")
struct ProtoResolutionTests {
    private func findings(old: String, new: String, _ direction: CompatibilityDirection = .backward, syntax: String = "proto3") throws
        -> [Incompatibility]
    {
        let head = "syntax = \"\(syntax)\"; "
        return try SchemaDocument.incompatibilities(
            old: SchemaDocument(parsing: head + old, .protobuf), new: SchemaDocument(parsing: head + new, .protobuf), direction)
    }

    @Test(
        "fields come and go, widen, and change their names",
        arguments: [
            ("message A { int32 a = 1; }", "message A { int32 a = 1; string b = 2; }"),
            ("message A { int32 a = 1; string b = 2; }", "message A { int32 a = 1; }"),
            ("message A { int32 a = 1; }", "message A { int64 renamed = 1; }"),
            ("message A { string a = 1; }", "message A { bytes a = 1; }"),
            ("message A { string a = 1; }", "message A { repeated string a = 1; }"), ("package x; message A {}", "package y; message A {}"),
            ("message A { string a = 1; }", "message A { oneof o { string a = 1; string b = 2; } }"),
            ("message A { E e = 1; enum E { X = 0; Y = 1; } }", "message A { E e = 1; enum E { X = 0; } }"),
            ("message A { int32 a = 1; }", "message A { reserved 1; }"), ("message A {}", "message A {} message B {}"),
            ("message A { A next = 1; int32 v = 2; }", "message A { A next = 1; int64 v = 2; }"),
        ]) func compatible(_ old: String, _ new: String) throws
    {
        #expect(try findings(old: old, new: new) == [])
    }

    @Test(
        "what changes values or loses them is named",
        arguments: [
            ("message A { int64 a = 1; }", "message A { int32 a = 1; }", "type-changed", "A.a"),
            ("message A { int32 a = 1; }", "message A { sint32 a = 1; }", "type-changed", "A.a"),
            ("message A { int32 a = 1; }", "message A { fixed32 a = 1; }", "type-changed", "A.a"),
            ("message A { bytes a = 1; }", "message A { string a = 1; }", "type-changed", "A.a"),
            ("message A { repeated int32 a = 1; }", "message A { int32 a = 1; }", "repeated-removed", "A.a"),
            ("message A { reserved 1; }", "message A { int32 a = 1; }", "reserved-used", "A.a"),
            ("message A { reserved \"a\"; }", "message A { int32 a = 2; }", "reserved-used", "A.a"),
            ("message A {} message B {}", "message A {}", "message-removed", "B"),
            (
                "message A { string a = 1; string b = 2; }", "message A { oneof o { string a = 1; string b = 2; } }",
                "fields-moved-to-oneof", "A.o"
            ),
            (
                "message A { oneof o { string a = 1; string b = 2; } }", "message A { oneof o { string a = 1; } }", "oneof-field-removed",
                "A.o"
            ),
            ("message A { map<string, int64> m = 1; }", "message A { map<string, int32> m = 1; }", "type-changed", "A.m{}"),
            (
                "message A { B b = 1; message B { int64 x = 1; } }", "message A { B b = 1; message B { string x = 1; } }", "type-changed",
                "A.b.x"
            ),
        ]) func incompatible(_ old: String, _ new: String, _ kind: String, _ path: String) throws
    {
        let found = try findings(old: old, new: new)
        #expect(found.map(\.kind).contains(kind) && found.map(\.path).contains(path), "\(found)")
        #expect(found.allSatisfy { !$0.why.isEmpty && !$0.allowed.isEmpty })
    }

    @Test("required fields of proto2 hold in the direction in which they are read") func required() throws {
        let (with, without) = ("message A { required int32 a = 1; }", "message A { optional int32 a = 1; }")
        #expect(try findings(old: without, new: with, syntax: "proto2").map(\.kind) == ["required-added"])
        #expect(try findings(old: with, new: without, syntax: "proto2") == [])
        #expect(try findings(old: with, new: without, .forward, syntax: "proto2").map(\.kind) == ["required-added"])
    }

    @Test("a closed enum that loses a value drops what old records have") func closedEnum() throws {
        let old = "message A { optional E e = 1; enum E { X = 0; Y = 1; } }"
        let new = "message A { optional E e = 1; enum E { X = 0; } }"
        #expect(try findings(old: old, new: new, syntax: "proto2").map(\.kind) == ["enum-value-missing"])
    }
}
