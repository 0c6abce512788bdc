import SluiceCore
import Testing

@testable import SluiceCLI

@Suite("JSON output") struct JSONOutputTests {
    @Test("objects are indented, plain lists stay on a line, members keep their order") func indented() {
        let value = Value.object([
            "z": .integer(1), "a": .texts(["x", "y\n"]), "empty": .list([]), "none": .structure([]),
            "rows": .list([.object(["n": .decimal(125, scale: 2)])]), "at": .time(0), "missing": .time(nil),
        ])
        #expect(
            value.indentedJSON == #"""
                {
                  "z": 1,
                  "a": ["x","y\n"],
                  "empty": [],
                  "none": {},
                  "rows": [
                    {
                      "n": 1.25
                    }
                  ],
                  "at": "1970-01-01T00:00:00Z",
                  "missing": null
                }

                """#)
    }
}
