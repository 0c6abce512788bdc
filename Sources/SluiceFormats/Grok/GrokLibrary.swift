import SluicePatterns

/// The patterns that everybody knows by name from other programs, in our own words for an engine of linear time.
///
/// Names and meaning are those of Logstash's pattern collection (logstash-patterns-core); look-around, atomic groups and word boundaries are
/// replaced by what has no need of them. Captures of values that are numbers or times have their type.
package enum GrokLibrary {
    /// A pattern of the library.
    package struct Entry: Sendable {
        package let name: String
        package let pattern: String

        init(_ name: String, _ pattern: String) {
            self.name = name
            self.pattern = pattern
        }
    }

    package static let entries = words + network + paths + times + syslog + servers + java

    static let definitions = PatternDefinitions(
        Dictionary(entries.map { ($0.name, $0.pattern) }, uniquingKeysWith: { first, _ in first }))

    private static let words = [
        Entry("USERNAME", #"[A-Za-z0-9._-]+"#),
        Entry("USER", "%{USERNAME}"),
        Entry("EMAILLOCALPART", #"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"#),
        Entry("EMAILADDRESS", "%{EMAILLOCALPART}@%{HOSTNAME}"),
        Entry("INT", "[+-]?[0-9]+"),
        Entry("BASE10NUM", #"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"#),
        Entry("NUMBER", "%{BASE10NUM}"),
        Entry("BASE16NUM", "[+-]?(?:0[xX])?[0-9A-Fa-f]+"),
        Entry("BASE16FLOAT", #"[+-]?(?:0[xX])?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)"#),
        Entry("POSINT", "[1-9][0-9]*"),
        Entry("NONNEGINT", "[0-9]+"),
        Entry("WORD", #"\w+"#),
        Entry("NOTSPACE", #"\S+"#),
        Entry("SPACE", #"\s*"#),
        Entry("DATA", ".*?"),
        Entry("GREEDYDATA", ".*"),
        // With its quotes; a backslash takes the meaning from the next character.
        Entry("QUOTEDSTRING", #""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`"#),
        Entry("QS", "%{QUOTEDSTRING}"),
        Entry("UUID", "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"),
        Entry("URN", #"[uU][rR][nN]:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9A-Fa-f]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+"#),
        Entry(
            "LOGLEVEL", "(?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|emerg(?:ency)?)"),
    ]

    private static let network = [
        Entry("CISCOMAC", #"(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"#),
        Entry("WINDOWSMAC", "(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}"),
        Entry("COMMONMAC", "(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"),
        Entry("MAC", "%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}"),
        Entry("IPV4", #"(?:%{IPV4OCTET}\.){3}%{IPV4OCTET}"#),
        Entry("IPV4OCTET", "25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]"),
        // By how many groups stand before the double colon (RFC 4291, section 2.2); a zone may follow.
        Entry("IPV6", "(?:" + ipv6.joined(separator: "|") + ")(?:%[0-9A-Za-z._~-]+)?"),
        Entry("IPV6GROUP", "[0-9A-Fa-f]{1,4}"),
        Entry("IP", "%{IPV6}|%{IPV4}"),
        Entry("HOSTNAME", #"[0-9A-Za-z][0-9A-Za-z_-]*(?:\.[0-9A-Za-z][0-9A-Za-z_-]*)*\.?"#),
        Entry("IPORHOST", "%{IP}|%{HOSTNAME}"),
        Entry("HOSTPORT", "%{IPORHOST}:%{POSINT}"),
    ]

    /// Forms of an IPv6 address; the last four bytes may be written as IPv4.
    private static let ipv6 =
        ["(?:%{IPV6GROUP}:){7}(?:%{IPV6GROUP}|:)", "(?:%{IPV6GROUP}:){6}(?:%{IPV4}|:%{IPV6GROUP}|:)"]
        + (0...5).reversed().map { before in
            let start = before == 0 ? ":" : "(?:%{IPV6GROUP}:){\(before)}"
            return start + "(?:(?::%{IPV6GROUP}){0,\(5 - before)}:%{IPV4}|(?::%{IPV6GROUP}){1,\(7 - before)}|:)"
        }

    private static let paths = [
        Entry("PATH", "%{UNIXPATH}|%{WINPATH}"),
        Entry("UNIXPATH", #"(?:/(?:[\w%!$@:.,+~-]|\\.)*)+"#),
        Entry("WINPATH", #"(?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+"#),
        Entry("TTY", #"/dev/(?:pts/|tty[pq]?|console)\w*"#),
        Entry("URIPROTO", "[A-Za-z][A-Za-z0-9+.-]*"),
        Entry("URIHOST", "%{IPORHOST}(?::%{POSINT})?"),
        Entry("URIPATH", #"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+"#),
        Entry("URIQUERY", #"[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*"#),
        Entry("URIPARAM", #"\?%{URIQUERY}"#),
        Entry("URIPATHPARAM", "%{URIPATH}(?:%{URIPARAM})?"),
        Entry("URI", #"%{URIPROTO}://(?:%{USER}(?::[^@\s]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"#),
    ]
}
