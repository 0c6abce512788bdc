import SluiceAWS
import SluiceCore
import Testing

@Suite("settings")
struct SettingsTests {
    private let config = """
        # shared
        [default]
        region = eu-central-1
        [profile  work]
        region=eu-west-1   # a comment
        endpoint_url = http://127.0.0.1:9999/
        services =
          kinesis = ignored
        [profile empty]
        """
    private let credentials = """
        [default]
        aws_access_key_id = AKDEFAULT
        aws_secret_access_key = sd=f/g+h
        [work]
        AWS_ACCESS_KEY_ID = AKWORK
        aws_secret_access_key = sw
        aws_session_token = tw
        """

    private func settings(_ options: AWSSettings.Options = .init(), _ environment: [String: String] = [:]) -> AWSSettings {
        let environment = environment.merging(["HOME": "/h"]) { first, _ in first }
        let files = ["/h/.aws/config": config, "/h/.aws/credentials": credentials, "/bad": "[x\n", "/loose": "a = b"]
        return AWSSettings(options, environment: { environment[$0] }) { files[$0] }
    }

    @Test("options come before variables, and these before files") func order() throws {
        #expect(try settings().region() == "eu-central-1")
        #expect(try settings(.init(), ["AWS_DEFAULT_REGION": "us-east-2"]).region() == "us-east-2")
        #expect(try settings(.init(), ["AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-2"]).region() == "us-east-1")
        #expect(try settings(.init(region: "ap-south-1"), ["AWS_REGION": "us-east-1"]).region() == "ap-south-1")
        #expect(try settings().credentials() == AWSCredentials(accessKeyID: "AKDEFAULT", secretAccessKey: "sd=f/g+h"))
        let keys = ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "se", "AWS_SESSION_TOKEN": "te"]
        let fromEnvironment = AWSCredentials(accessKeyID: "AKENV", secretAccessKey: "se", sessionToken: "te")
        #expect(try settings(.init(), keys).credentials() == fromEnvironment)
        let work = AWSCredentials(accessKeyID: "AKWORK", secretAccessKey: "sw", sessionToken: "tw")
        #expect(try settings(.init(profile: "work"), keys).credentials() == work)
        #expect(try settings(.init(), ["AWS_PROFILE": "work"]).credentials() == work)
        #expect(try settings(.init(credentials: fromEnvironment)).credentials() == fromEnvironment)
    }

    @Test("an address comes from the option, the service's variable, the common one, the profile, or the region") func endpoints() throws {
        let all = ["AWS_ENDPOINT_URL_KINESIS": "http://a:1", "AWS_ENDPOINT_URL": "https://b:443"]
        #expect(try settings(.init(endpoint: "http://c"), all).endpoint(of: "kinesis").description == "http://c")
        #expect(try settings(.init(), all).endpoint(of: "kinesis").description == "http://a:1")
        #expect(try settings(.init(), all).endpoint(of: "s3").description == "https://b")
        #expect(try settings(.init(profile: "work")).endpoint(of: "kinesis").description == "http://127.0.0.1:9999")
        #expect(try settings().endpoint(of: "kinesis").description == "https://kinesis.eu-central-1.amazonaws.com")
        #expect(try settings(.init(region: "cn-north-1")).endpoint(of: "kinesis").host == "kinesis.cn-north-1.amazonaws.com.cn")
        for wrong in ["127.0.0.1:5000", "ftp://a", "http://", "http://a b", "http://a/path", "http://u@a"] {
            let error = #expect(throws: SluiceError.self, "\(wrong)") { try settings(.init(endpoint: wrong)).endpoint(of: "kinesis") }
            #expect(error?.code == .invalidOption)
        }
    }

    @Test("what is missing or malformed is named, and no secret with it") func errors() throws {
        func failure(_ body: () throws -> Void) -> SluiceError? { #expect(throws: SluiceError.self, performing: body) }
        let unknown = failure { _ = try settings(.init(profile: "wrok")).credentials() }
        #expect(unknown?.code == .noCredentials)
        #expect(unknown?.remedy == "did you mean \"work\"?")
        #expect(failure { _ = try settings(.init(profile: "empty")).credentials() }?.code == .noCredentials)
        #expect(failure { _ = try settings(.init(profile: "empty")).region() }?.code == .invalidOption)
        #expect(failure { _ = try settings(.init(region: "eu west")).region() }?.code == .invalidOption)
        #expect(failure { _ = try settings(.init(), ["AWS_ACCESS_KEY_ID": "AK"]).credentials() }?.code == .noCredentials)
        let bad = failure { _ = try settings(.init(), ["AWS_CONFIG_FILE": "/bad"]).region() }
        #expect(bad?.location == .file(path: "/bad", line: 1))
        #expect(failure { _ = try settings(.init(), ["AWS_CONFIG_FILE": "/loose"]).region() }?.code == .noCredentials)
        let nothing = AWSSettings(.init(), environment: { _ in nil }) { _ in nil }
        #expect(failure { _ = try nothing.credentials() }?.code == .noCredentials)
        #expect(failure { _ = try nothing.region() }?.code == .invalidOption)
    }
}
