import SluiceCore
import SluiceSaaS
import Testing

@testable import SluiceConnectors

/// Texts in fields of a service that are numbers or truth values.
@Suite("texts as numbers of services")
struct TextConversionTests {
    private static let entity = try? ServiceDeclaration(
        parsing: """
            connector: x
            summary: X.
            url: https://x.example.com
            entities:
              rows:
                description: A row.
                key: n
                fields: {n: int64, b: boolean, t: string}
                read: {path: /rows}
            """, path: "x.yaml"
    ).entity("rows")

    @Test(
        "a text that is written as a number is one, and another stays what it is",
        arguments: [
            ("10.50", "10.50"), ("007", "7"), ("007.50", "7.50"), ("+7.5", "7.5"), (".5", "0.5"), ("-.5", "-0.5"), ("0", "0"), ("000", "0"),
            (" 7", "7"), ("1e2", "1e2"), ("123456789012345678.12", "123456789012345678.12"), ("abc", "\"abc\""), ("1,5", "\"1,5\""),
            ("", "\"\""), ("-", "\"-\""), (".", "\".\""), ("0x1", "\"0x1\""), ("NaN", "\"NaN\""),
        ])
    func numbers(_ text: String, _ sent: String) throws {
        let entity = try #require(Self.entity)
        let conversion = try #require(TextConversion(try Schema([Field("n", .string)]), entity, .convert))
        #expect(String(decoding: conversion.converted(Array("{\"n\":\"\(text)\"}".utf8)[...]), as: UTF8.self) == "{\"n\":\(sent)}")
    }

    @Test("columns of several kinds go into any field, each value as the field has it") func kinds() throws {
        let entity = try #require(Self.entity)
        let mixed = DataType.choice([.string, .int64])
        let schema = try Schema([Field("n", mixed), Field("t", mixed), Field("b", .string)])
        try FieldTypes.check(schema, entity, .convert)
        #expect(throws: SluiceError.self) { try FieldTypes.check(schema, entity, .refuse) }
        let conversion = try #require(TextConversion(schema, entity, .convert))
        let row = Array(#"{"n":"1","t":2,"b":"TRUE","other":"5"}"#.utf8)
        #expect(String(decoding: conversion.converted(row[...]), as: UTF8.self) == #"{"n":1,"t":"2","b":true,"other":"5"}"#)
    }
}
