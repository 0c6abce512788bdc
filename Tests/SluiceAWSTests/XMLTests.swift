import Testing

@testable import SluiceAWS

@Suite("answers in XML") struct XMLTests {
    private func parse(_ text: String) -> Result<XMLElement, XMLParser.Failure> {
        Result { () throws(XMLParser.Failure) in try XMLParser.parse(Array(text.utf8)) }
    }

    @Test("elements, text, entities, CDATA, comments and attributes") func whole() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment -->
            <s3:Result xmlns="http://x/" a='<'  >
              <Key>a&amp;b&#x20;&#233;<![CDATA[<&>]]></Key><Empty/><Owner><ID>1</ID></Owner><Key>second</Key>
            </s3:Result>
            """.replacing("a='<'", with: "a='1'")
        let root = try parse(text).get()
        #expect(root.name == "Result")
        #expect(root["Key"] == "a&b é<&>")
        #expect(root.all("Key").map(\.text) == ["a&b é<&>", "second"])
        #expect(root["Empty"] == "")
        #expect(root.children.first { $0.name == "Owner" }?["ID"] == "1")
    }

    @Test(
        "what makes a small document large, or reaches for other documents, is refused",
        arguments: [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "<a>&b;</a>",
            "<a><!ENTITY b \"c\"></a>", "<a><?php x?></a>", "<?xml version=\"1.0\"?><?other x?><a/>",
        ]) func forbidden(_ text: String)
    {
        guard case .failure(.forbidden) = parse(text) else { return #expect(Bool(false), "\(parse(text))") }
    }

    @Test(
        "cut and malformed documents are refused",
        arguments: [
            "", " ", "<", "<a", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "text", "<a b></a>", "<a b=c></a>", "<a b=\"c></a>", "<a>&#xZ;</a>",
            "<a>&#xD800;</a>", "<a>&#;</a>", "<a>&#-1;</a>", "<a>&#12", "<a><![CDATA[x</a>", "<a><!-- x</a>", "</a>", "<a x='<'/>", "<1",
        ]) func malformed(_ text: String)
    {
        guard case .failure = parse(text) else { return #expect(Bool(false), "\(text) was read") }
    }

    @Test("no beginning of a document is one, and none is read beyond its end") func cuts() throws {
        let text = "<?xml version=\"1.0\"?><a b=\"c\"><d>&lt;e</d><!-- f --><![CDATA[g]]></a>"
        for count in 0..<text.utf8.count {
            guard case .failure = parse(String(text.prefix(count))) else { return #expect(Bool(false), "\(count) bytes were read") }
        }
        #expect(try parse(text).get().name == "a")
    }

    @Test("nesting and the number of elements are bounded") func bounds() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(parse(deep) == .failure(.tooDeep))
        let many = "<a>" + String(repeating: "<b/>", count: AWSLimits.xmlElements) + "</a>"
        #expect(parse(many) == .failure(.tooManyElements))
    }

    @Test("bytes that are no UTF-8 are refused") func encoding() {
        #expect(throws: XMLParser.Failure.self) { try XMLParser.parse(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    }
}
