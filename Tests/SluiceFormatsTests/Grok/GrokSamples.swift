/// For each pattern of the library texts that it matches whole, and texts that it does not.
enum GrokSamples {
    typealias Sample = (name: String, yes: [String], no: [String])

    static let all: [Sample] = words + network + paths + times + syslog + servers + java

    private static let words: [Sample] = [
        ("USERNAME", ["frank", "a.b-c_9"], ["", "a b", "é"]),
        ("USER", ["root"], ["a/b"]),
        ("EMAILLOCALPART", ["first.last", "a+b", "x!#$%&'*+/=?^_`{|}~-"], [".a", "a.", "a..b", "a b"]),
        ("EMAILADDRESS", ["someone@example.com", "a+b@mail.example.org"], ["someone@", "@example.com", "a b@c.d"]),
        ("INT", ["0", "-12", "+7", "007"], ["", "1.5", "-", "1a"]),
        ("BASE10NUM", ["1", "-1.5", ".5", "+0.25"], ["1.", ".", "1e5", "1,5"]),
        ("NUMBER", ["12.50", "-3"], ["x", "1.2.3"]),
        ("BASE16NUM", ["ff", "0xFF", "-0x1f"], ["0x", "fg", ""]),
        ("BASE16FLOAT", ["0xA.8", "1.", ".c", "-ff"], ["", "x.y", "."]),
        ("POSINT", ["1", "90210"], ["0", "01", "-1"]),
        ("NONNEGINT", ["0", "010"], ["-1", "+1", "1.0"]),
        ("WORD", ["GET", "a_1"], ["a-b", "", "é"]),
        ("NOTSPACE", ["a-b/c", "é😀"], ["a b", "", "\t"]),
        ("SPACE", ["", " \t "], ["a"]),
        ("DATA", ["", "any thing"], []),
        ("GREEDYDATA", ["", "any \"thing\" é"], []),
        ("QUOTEDSTRING", [#""a""#, #""say \"hi\"""#, "'it'", "`x`", #""""#], [#""a"#, "a", #""a\""#, #"'a""#]),
        ("QS", [#""Mozilla/5.0 (X11)""#], ["Mozilla"]),
        (
            "UUID", ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
            ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"]
        ),
        ("URN", ["urn:isbn:0451450523", "URN:oid:2.16.840", "urn:x:a%2Fb"], ["urn:", "urn:isbn:", "isbn:0451"]),
        (
            "LOGLEVEL", ["INFO", "warn", "Warning", "ERROR", "err", "FATAL", "Notice", "emerg", "SEVERE", "critical"],
            ["INFOS", "", "loud"]
        ),
    ]

    private static let network: [Sample] = [
        ("CISCOMAC", ["0123.4567.89ab"], ["0123.4567", "01:23:45:67:89:ab"]),
        ("WINDOWSMAC", ["01-23-45-67-89-AB"], ["01:23:45:67:89:AB"]),
        ("COMMONMAC", ["01:23:45:67:89:ab"], ["01:23:45:67:89", "0g:23:45:67:89:ab"]),
        ("MAC", ["01:23:45:67:89:ab", "01-23-45-67-89-ab", "0123.4567.89ab"], ["0123456789ab"]),
        ("IPV4", ["0.0.0.0", "255.255.255.255", "192.168.1.100"], ["256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4"]),
        ("IPV4OCTET", ["0", "99", "255"], ["256", "00", ""]),
        (
            "IPV6",
            [
                "2001:db8:0:0:0:0:2:1", "2001:db8::2:1", "::1", "::", "fe80::1%eth0", "::ffff:192.0.2.128", "1::", "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "1::5:1.2.3.4", "1:2:3:4:5::7:8",
            ], ["1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", ":1", "1:2:3:4:5:6:7:8::", "1.2.3.4"]
        ),
        ("IPV6GROUP", ["0", "ffff"], ["fffff", "g"]),
        ("IP", ["10.0.0.1", "::1"], ["host", "10.0.0"]),
        ("HOSTNAME", ["localhost", "www.example.com", "a-b.c_d.", "10.example"], ["", "-a", "a..b", "a b", "é.example"]),
        ("IPORHOST", ["10.0.0.1", "db1.internal", "::1"], ["", "a/b"]),
        ("HOSTPORT", ["localhost:80", "10.0.0.1:8080"], ["localhost", "localhost:0", "localhost:"]),
    ]

    private static let paths: [Sample] = [
        ("PATH", ["/var/log/syslog", #"C:\Windows\system.ini"#], ["var/log", ""]),
        ("UNIXPATH", ["/", "/a/b c".replacing(" ", with: #"\ "#), "/tmp/x-1.gz"], ["a/b", "/a b"]),
        ("WINPATH", [#"C:\a b\c.txt"#, #"\\server\share"#], ["C:", "/a"]),
        ("TTY", ["/dev/pts/8", "/dev/tty1", "/dev/ttyS0", "/dev/console"], ["/dev/sda", "pts/8"]),
        ("URIPROTO", ["http", "git+ssh"], ["1http", ""]),
        ("URIHOST", ["example.com", "example.com:8080", "10.0.0.1"], ["example.com:", "/x"]),
        ("URIPATH", ["/", "/a/b;c=1/~d", "/caf%C3%A9"], ["a", "/a b"]),
        ("URIQUERY", ["a=1&b[]=2", "", "q=x+y"], ["a b", "é"]),
        ("URIPARAM", ["?a=1", "?"], ["a=1"]),
        ("URIPATHPARAM", ["/search?q=1", "/x"], ["?q=1"]),
        (
            "URI", ["http://example.com/a?b=c", "ftp://user:secret@host:21/x", "https://example.com", "file:///etc/hosts"],
            ["example.com/a", "http:/x"]
        ),
    ]

    private static let times: [Sample] = [
        ("MONTH", ["Jan", "january", "Sept", "December", "May", "Jun", "July"], ["Janu", "13", ""]),
        ("MONTHNUM", ["1", "01", "12"], ["0", "13", "00"]),
        ("MONTHNUM2", ["01", "12"], ["1", "13"]),
        ("MONTHDAY", ["1", "09", "31"], ["0", "32", "00"]),
        ("DAY", ["Mon", "Tuesday", "Sun"], ["Mo", "mon"]),
        ("YEAR", ["24", "2024"], ["202", "20245", ""]),
        ("HOUR", ["0", "09", "23"], ["24", ""]),
        ("MINUTE", ["00", "59"], ["60", "5"]),
        ("SECOND", ["0", "59", "60", "07.123", "07,5"], ["61", ""]),
        ("TIME", ["00:00:00", "23:59:60.5", "9:05:01"], ["24:00:00", "12:60:00", "12:00"]),
        ("DATE_US", ["12/31/2024", "1-2-24"], ["31/12/2024", "2024-12-31"]),
        ("DATE_EU", ["31.12.2024", "31/12/24"], ["12.31.2024"]),
        ("DATE", ["12/31/2024", "31.12.2024"], ["2024-12-31"]),
        ("DATESTAMP", ["12/31/2024 23:59:59", "31.12.24-01:02:03"], ["12/31/2024"]),
        ("TZ", ["UTC", "EST", "PDT", "Z"], ["XYZ", ""]),
        ("ISO8601_TIMEZONE", ["Z", "+01:00", "-0530", "+02"], ["01:00", "+"]),
        ("ISO8601_SECOND", ["59.999999", "60"], ["61"]),
        (
            "TIMESTAMP_ISO8601",
            ["2024-03-01T10:00:48Z", "2024-03-01 10:00:48,123", "2024-03-01 10:00", "2024-03-01T10:00:48.5+01:00", "24-3-1 1:00:00"],
            ["2024-03-01", "2024-13-01T10:00:00", "01/03/2024 10:00:00"]
        ),
        ("DATESTAMP_RFC822", ["Fri Mar 01 2024 10:00:48 UTC"], ["Fri Mar 01 10:00:48 2024"]),
        ("DATESTAMP_RFC2822", ["Fri, 01 Mar 2024 10:00:48 +0100"], ["01 Mar 2024 10:00:48"]),
        ("DATESTAMP_OTHER", ["Fri Mar  1 10:00:48 UTC 2024"], ["Fri Mar 1 2024"]),
        ("DATESTAMP_EVENTLOG", ["20240301100048"], ["2024030110004", "20241301100048"]),
        ("HTTPDATE", ["10/Oct/2000:13:55:36 -0700"], ["10/10/2000:13:55:36 -0700", "10/Oct/2000 13:55:36"]),
        ("HTTPDERROR_DATE", ["Wed Oct 11 14:32:52 2000", "Wed Oct  1 14:32:52.125439 2000"], ["Oct 11 14:32:52 2000"]),
        ("SYSLOGTIMESTAMP", ["Oct 11 22:14:15", "Oct  1 22:14:15.003"], ["11 Oct 22:14:15", "Oct 11"]),
        ("CATALINA_DATESTAMP", ["Jan 9, 2014 7:13:13 AM"], ["2014-01-09 07:13:13"]),
        ("TOMCAT_DATESTAMP", ["2014-01-09 20:03:28,269 -0800"], ["2014-01-09 20:03:28"]),
        ("NGINX_DATESTAMP", ["2024/03/01 10:00:48"], ["2024-03-01 10:00:48"]),
    ]

    private static let syslog: [Sample] = [
        ("PROG", ["sshd", "systemd-logind", "postfix/smtpd", "a:b"], ["a b", "a[1", ""]),
        ("SYSLOGPROG", ["sshd[4721]", "kernel"], ["sshd[0]", "sshd [1]"]),
        ("SYSLOGHOST", ["mymachine", "10.0.0.7"], ["my machine"]),
        ("SYSLOGFACILITY", ["<4.7>"], ["<47>", "4.7"]),
        ("SYSLOGBASE", ["Oct 11 22:14:15 host sshd[1]:", "Oct 11 22:14:15 <4.6> host kernel:"], ["Oct 11 22:14:15 host"]),
        ("SYSLOGBASE2", ["2024-03-01T10:00:48.5+00:00 host cron[9]:", "Oct 11 22:14:15 host su:", "Oct 11 22:14:15 host"], ["host su:"]),
        ("SYSLOGLINE", ["<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8"], ["su: failed"]),
        ("SYSLOG5424PRINTASCII", ["app!", "~"], ["a b", "é", ""]),
        ("SYSLOG5424PRI", ["<165>"], ["165", "<>"]),
        (
            "SYSLOG5424SD",
            [#"[exampleSDID@32473 iut="3" eventSource="Application"]"#, #"[a x="\]"][b]"#], ["[]", #"[a x=3]"#, "-"]
        ),
        ("SYSLOG5424BASE", ["<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 -"], ["<34>Oct 11 22:14:15 host su:"]),
        (
            "SYSLOG5424LINE",
            [
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed",
                #"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [x a="1"] %% It's time"#, "<0>1 - - - - - -",
            ], ["Oct 11 22:14:15 host su: x"]
        ),
        (
            "SYSLOGPAMSESSION",
            ["Mar  1 10:00:01 host CRON[77]: pam_unix(cron:session): session opened for user root by (uid=0)"],
            ["Mar  1 10:00:01 host CRON[77]: opened"]
        ),
        ("CRON_ACTION", ["CMD", "END EDIT"], ["cmd", ""]),
        ("CRONLOG", ["Mar  1 10:00:01 host CRON[78]: (root) CMD (run-parts /etc/cron.hourly)"], ["Mar  1 10:00:01 host CRON[78]: CMD"]),
    ]

    private static let common = #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326"#
    private static let combined = common + #" "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)""#

    private static let servers: [Sample] = [
        ("HTTPDUSER", ["frank", #"DOMAIN\user"#, "-"], ["a b", ""]),
        ("INQUOTES", ["", #"a \"b\" c"#, "é"], [#"a"b"#, #"a\"#]),
        ("HTTPD_COMMONLOG", [common, #"::1 - - [10/Oct/2000:13:55:36 +0000] "-" 408 -"#], [combined, "127.0.0.1 - frank"]),
        ("HTTPD_COMBINEDLOG", [combined], [common]),
        ("COMMONAPACHELOG", [common], [combined]),
        ("COMBINEDAPACHELOG", [combined, common + #" "-" "say \"hi\"""#], [common]),
        ("NGINXACCESS", [combined], [common]),
        (
            "HTTPD20_ERRORLOG", ["[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied by server configuration: /x"],
            ["[error] x"]
        ),
        (
            "HTTPD24_ERRORLOG",
            [
                "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:4000] File does not exist: /x",
                "[Tue Jun 06 00:00:00.000000 2023] [mpm_event:notice] [pid 1] AH00489: Apache/2.4.57 configured",
            ], ["[Wed Oct 11 14:32:52 2000] [error] x"]
        ),
        (
            "HTTPD_ERRORLOG",
            [
                "[Wed Oct 11 14:32:52 2000] [error] x",
                "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] x",
            ], ["x"]
        ),
        (
            "NGINXERROR",
            [
                #"2024/03/01 10:00:48 [error] 31#31: *1 open() "/x" failed (2: No such file or directory), client: 10.0.0.1"#,
                "2024/03/01 10:00:48 [notice] 1#1: start worker processes",
            ], ["2024-03-01 10:00:48 [error] x"]
        ),
        (
            "S3_ACCESS_LOG",
            [
                #"79a59df9 awsexamplebucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df9 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /b?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" -"#
            ], [combined]
        ),
        (
            "SQUID3",
            ["1286536308.779    180 192.168.0.224 TCP_MISS/200 411 GET http://www.example.com/ - DIRECT/192.0.2.5 text/html"], [common]
        ),
        ("REDISTIMESTAMP", ["01 Mar 10:00:48.123", "01 Mar 2024 10:00:48.123"], ["Mar 01 10:00:48"]),
        ("REDISLOG", ["[4018] 14 Nov 07:01:22.119 * Background saving started by pid 6"], ["4018 x"]),
        (
            "POSTGRESQL",
            [
                "2024-03-01 10:00:48.123 UTC [77] app@shop LOG:  statement: SELECT 1", "2024-03-01 10:00:48 UTC LOG:  ready",
            ], ["LOG: ready"]
        ),
    ]

    private static let java: [Sample] = [
        ("JAVACLASS", ["java.lang.String", "Main", "a.b$C1"], ["1a", "a..b", "a-b"]),
        ("JAVAFILE", ["Main.java", "Native Method"], ["", "a/b"]),
        ("JAVAMETHOD", ["<init>", "<clinit>", "lambda$run$0"], ["a.b", "<x>"]),
        ("JAVASTACKTRACEPART", ["\tat com.example.Main.run(Main.java:42)", "  at a.B.<init>(Native Method)"], ["at", "Caused by: x"]),
        ("JAVATHREAD", ["main", "http-nio-8080-exec-1", "pool-1 thread/2"], ["", "a]"]),
        ("JAVALOGMESSAGE", ["", "x"], []),
        (
            "JAVALOG",
            [
                "2024-03-01 10:00:48,123 INFO  [main] com.example.Main - started", "2024-03-01 10:00:48.123 [main] ERROR c.e.Main - failed",
                "2024-03-01 10:00:48,123 WARN com.example.Main: odd",
            ], ["\tat com.example.Main.run(Main.java:42)"]
        ),
        (
            "CATALINALOG", ["Jan 9, 2014 7:13:13 AM org.apache.catalina.startup.Catalina start"], ["Jan 9, 2014 org.apache"]
        ),
        (
            "TOMCATLOG", ["2014-01-09 20:03:28,269 -0800 | ERROR | com.example.Service - something failed"], ["ERROR com.example.Service"]
        ),
        ("RUBY_LOGLEVEL", ["DEBUG", "WARN"], ["warn", "NOTICE"]),
        ("RUBY_LOGGER", ["I, [2024-03-01T10:00:48.123456 #4321]  INFO -- app: hello"], ["INFO -- app: hello"]),
    ]
}
