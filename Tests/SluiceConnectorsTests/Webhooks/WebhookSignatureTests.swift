import SluiceCore
import Testing

@testable import SluiceConnectors

@Suite("signatures of webhooks")
struct WebhookSignatureTests {
    static let secret = "a-signing-secret"
    static let body = #"{"id":"evt_1","event_id":"Ev1"}"#
    /// Of 2023-11-14T22:13:20Z.
    static let seconds: Int64 = 1_700_000_000
    static let plainCode = "299863885e08dabecc259f1367124d397e8128af13dc41f76dfd5830aa026d55"
    static let stripeCode = "1ab4b60447e81d6d45592e32fa2a72800b56f56041c4ed56852c5c31ad6020f5"
    static let slackCode = "830b2185758ea32ebec8bb97121e52fc94b5398f74793c2c491b1ccdf7081d66"

    private func check(
        _ scheme: WebhookSignature.Scheme, _ headers: [String: String], body: String = body,
        secrets: [String] = ["another-secret", secret], header: String = "", at seconds: Int64 = seconds
    ) -> WebhookSignature.Finding {
        WebhookSignature(scheme, secrets: secrets, header: header).check(headers, Array(body.utf8), now: seconds * 1_000_000)
    }

    @Test(
        "what each service sends",
        arguments: [
            (.stripe, ["stripe-signature": "t=1700000000,v1=\(stripeCode)"]),
            (.stripe, ["stripe-signature": "t=1700000000,v1=00,v0=abc,v1=\(stripeCode)"]),
            (.slack, ["x-slack-signature": "v0=\(slackCode)", "x-slack-request-timestamp": "1700000000"]),
            (.github, ["x-hub-signature-256": "sha256=\(plainCode)"]), (.pagerduty, ["x-pagerduty-signature": "v1=00,v1=\(plainCode)"]),
            (
                .zendesk,
                [
                    "x-zendesk-webhook-signature": "9Vmi8dNAYAzqze2Yq0al0AOtnjUHNS8ajmNHqj0Tnbg=",
                    "x-zendesk-webhook-signature-timestamp": "2023-11-14T22:13:20Z",
                ]
            ),
            (.hmac, ["x-code": plainCode]), (.hmac, ["x-code": "sha256=\(plainCode)"]),
            (.hmac, ["x-code": "KZhjiF4I2r7MJZ8TZxJNOX6BKK8T3EH3bf1YMKoCbVU="]), (.none, [:]),
        ] as [(WebhookSignature.Scheme, [String: String])])
    func valid(_ scheme: WebhookSignature.Scheme, _ headers: [String: String]) {
        #expect(check(scheme, headers, header: "X-Code") == .valid)
        guard scheme != .none else { return }
        #expect(check(scheme, headers, body: Self.body + " ", header: "X-Code") == .wrong)
        #expect(check(scheme, headers, secrets: ["another-secret"], header: "X-Code") == .wrong)
        #expect(check(scheme, [:], header: "X-Code") == .wrong)
        let isTimed = [.stripe, .slack, .zendesk].contains(scheme)
        #expect(check(scheme, headers, header: "X-Code", at: Self.seconds + 300) == .valid)
        #expect(check(scheme, headers, header: "X-Code", at: Self.seconds + 301) == (isTimed ? .stale : .valid))
        #expect(check(scheme, headers, header: "X-Code", at: Self.seconds - 301) == (isTimed ? .stale : .valid))
    }

    @Test("the examples of the services' own documentation") func documented() {
        let github = ["x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"]
        #expect(check(.github, github, body: "Hello, World!", secrets: ["It's a Secret to Everybody"]) == .valid)
    }

    @Test(
        "malformed headers are wrong, whatever is in them",
        arguments: [
            "", "t=", "v1=", "t=1700000000", "t=1700000000,v1=", "t=1700000000,v1=xyz", "t=99999999999999999999,v1=00", ",,,=,",
            "t=1700000000,v1=\(stripeCode.dropLast())",
        ])
    func malformed(_ text: String) {
        #expect(check(.stripe, ["stripe-signature": text]) == .wrong)
        #expect(check(.slack, ["x-slack-signature": text, "x-slack-request-timestamp": text]) == .wrong)
        #expect(check(.hmac, ["x-code": text], header: "X-Code") == .wrong)
    }

    @Test("ids by path, by header, and long ones") func ids() {
        let body = Array(#"{"event": {"id": 17}, "id": "evt_1", "none": null}"#.utf8)
        #expect(WebhookIDPlace(parsing: "event.id").id([:], body) == "17")
        #expect(WebhookIDPlace(of: .stripe).id([:], body) == "evt_1")
        #expect(WebhookIDPlace(of: .pagerduty).id([:], body) == "17")
        #expect(WebhookIDPlace(parsing: "none").id([:], body) == nil)
        #expect(WebhookIDPlace(parsing: "header X-Request-Id").id(["x-request-id": "r1"], []) == "r1")
        #expect(WebhookIDPlace(of: .stripe).id([:], Array("no JSON".utf8)) == nil)
        #expect(SeenWebhooks.key(of: "evt_1") == "evt_1")
        #expect(SeenWebhooks.key(of: String(repeating: "x", count: 300)).utf8.count < 64)
    }

    @Test("the oldest ids are forgotten first; one that failed may come again") func memory() {
        var seen = SeenWebhooks(limit: 3)
        for id in ["a", "b", "c", "d"] {
            #expect(seen.begin(id) == .new)
            #expect(seen.begin(id) == .underWay)
            seen.stored(id)
            #expect(seen.begin(id) == .stored)
        }
        #expect(seen.begin("a") == .new)
        seen.failed("a")
        #expect(seen.begin("a") == .new)
        #expect(seen.begin("b") == .stored)
    }
}
