import Testing

@testable import SluiceSaaS

@Suite("the header Link")
struct LinkHeaderTests {
    @Test(
        "relations are found however RFC 8288 lets them be written",
        arguments: [
            (#"</r?p=2>; rel="next""#, "/r?p=2"), ("</r?p=2>;rel=next", "/r?p=2"),
            (#"<http://h/r?fields=id,at&page=2>; rel="next""#, "http://h/r?fields=id,at&page=2"),
            (#"</r?x=1;2&p=2>; rel="next""#, "/r?x=1;2&p=2"), (#"</r>; title="a, b; c"; rel="next""#, "/r"),
            (#"</r>; title="a \", <b>"; rel="next""#, "/r"), (#"</r>; rel="next archives""#, "/r"), (#"</r>; REL="next""#, "/r"),
            (#"</r>; rel="Next""#, "/r"), (#"</r> ; rel = "next""#, "/r"), (#"</r>; crossorigin; rel="last next"; rel="prev""#, "/r"),
            (#"</a>; rel="prev",</b>; rel="next",</c>; rel="last""#, "/b"), (#"</a>; rel=prev, , </b>; rel=next"#, "/b"),
            (#"nothing, </b>; rel="next""#, "/b"), (#"<?p=2>; rel="next""#, "?p=2"),
        ])
    func found(_ header: String, _ target: String) { #expect(LinkHeader.next(header) == target) }

    @Test(
        "what is no link with that relation leads nowhere",
        arguments: [
            "", "next", "</a", "</a>", "</a>; rel", #"</a>; rel="prev""#, #"</a>; rel="nextish""#, #"</a>; title="rel=next""#,
            #"</a>; rel="prev"; rel="next""#, #"</a>; anchor="next"; rel="up""#,
        ])
    func none(_ header: String) { #expect(LinkHeader.next(header) == nil) }
}
