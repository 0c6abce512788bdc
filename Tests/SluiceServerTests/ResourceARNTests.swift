import Testing

@testable import SluiceServer

@Suite("names of resources") struct ResourceARNTests {
    @Test("a name is taken apart, and keeps the colons of its resource") func parts() throws {
        let arn = try #require(ResourceARN("arn:aws-cn:kinesis:eu-west-1:123456789012:stream/a/consumer/b:5"))
        #expect(arn.service == "kinesis" && arn.region == "eu-west-1" && arn.account == "123456789012" && arn.hasAccount)
        #expect(arn.resource == "stream/a/consumer/b:5" && arn.name(behind: "stream/") == "a/consumer/b:5")
        #expect(arn.name(behind: "table/") == nil && arn.name(behind: arn.resource) == nil)
    }

    @Test("a function is known without its version", arguments: ["load", "load:7", "load:$LATEST"]) func function(_ name: String) {
        #expect(ResourceARN("arn:aws:lambda:us-east-1:000000000000:function:\(name)")?.functionName == "load")
    }

    @Test(
        "other texts are none",
        arguments: ["", "load", "arn:aws:lambda", "arn:other:lambda:us-east-1:000000000000:function:f", "urn:aws:s3:::b"])
    func others(_ text: String) { #expect(ResourceARN(text) == nil) }

    @Test(
        "other resources are no functions",
        arguments: ["arn:aws:lambda:r:0:function:", "arn:aws:lambda:r:0:layer:l", "arn:aws:sqs:r:0:function:f"])
    func noFunctions(_ text: String) { #expect(ResourceARN(text)?.functionName == nil) }
}
