extension GrokLibrary {
    static let times = [
        Entry(
            "MONTH",
            "[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?|[Ss]ep(?:t(?:ember)?)?"
                + "|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?"),
        Entry("MONTHNUM", "1[0-2]|0?[1-9]"),
        Entry("MONTHNUM2", "0[1-9]|1[0-2]"),
        Entry("MONTHDAY", "3[01]|[12][0-9]|0?[1-9]"),
        Entry("DAY", "Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?"),
        Entry("YEAR", "[0-9]{2}(?:[0-9]{2})?"),
        Entry("HOUR", "2[0-3]|[01]?[0-9]"),
        Entry("MINUTE", "[0-5][0-9]"),
        // 60 is a leap second.
        Entry("SECOND", "(?:60|[0-5]?[0-9])(?:[:.,][0-9]+)?"),
        Entry("TIME", "%{HOUR}:%{MINUTE}:%{SECOND}"),
        Entry("DATE_US", "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"),
        Entry("DATE_EU", "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"),
        Entry("DATE", "%{DATE_US}|%{DATE_EU}"),
        Entry("DATESTAMP", "%{DATE}[- ]%{TIME}"),
        Entry("TZ", "[APMCE][SD]T|UTC|GMT|Z"),
        Entry("ISO8601_TIMEZONE", "Z|[+-]%{HOUR}(?::?%{MINUTE})?"),
        Entry("ISO8601_SECOND", "%{SECOND}"),
        Entry("TIMESTAMP_ISO8601", "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[Tt ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?: ?%{ISO8601_TIMEZONE})?"),
        Entry("DATESTAMP_RFC822", "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}"),
        Entry("DATESTAMP_RFC2822", "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}"),
        Entry("DATESTAMP_OTHER", "%{DAY} %{MONTH} +%{MONTHDAY} %{TIME} %{TZ} %{YEAR}"),
        Entry("DATESTAMP_EVENTLOG", "[0-9]{4}%{MONTHNUM2}(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])%{MINUTE}[0-5][0-9]"),
        Entry("HTTPDATE", "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"),
        Entry("HTTPDERROR_DATE", "%{DAY} %{MONTH} +%{MONTHDAY} %{TIME} %{YEAR}"),
        Entry("SYSLOGTIMESTAMP", "%{MONTH} +%{MONTHDAY} %{TIME}"),
        Entry("CATALINA_DATESTAMP", "%{MONTH} %{MONTHDAY}, %{YEAR} %{HOUR}:%{MINUTE}:%{SECOND} (?:AM|PM)"),
        Entry("TOMCAT_DATESTAMP", "[0-9]{4}-%{MONTHNUM}-%{MONTHDAY} %{TIME} %{ISO8601_TIMEZONE}"),
        Entry("NGINX_DATESTAMP", "[0-9]{4}/%{MONTHNUM}/%{MONTHDAY} %{TIME}"),
    ]

    /// RFC 3164, RFC 5424, and what common programs write there.
    static let syslog = [
        // Printable without blank and brackets.
        Entry("PROG", #"[\x21-\x5A\x5C\x5E-\x7E]+"#),
        Entry("SYSLOGPROG", #"%{PROG:program}(?:\[%{POSINT:pid:int}\])?"#),
        Entry("SYSLOGHOST", "%{IPORHOST}"),
        Entry("SYSLOGFACILITY", #"<%{NONNEGINT:facility:int}\.%{NONNEGINT:priority:int}>"#),
        Entry("SYSLOGBASE", "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:"),
        Entry("SYSLOGBASE2", "(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp}) %{SYSLOGHOST:logsource}(?: %{SYSLOGPROG}:)?"),
        Entry("SYSLOGLINE", "(?:<%{NONNEGINT:pri:int}>)?%{SYSLOGBASE2} %{GREEDYDATA:message}"),
        Entry("SYSLOG5424PRINTASCII", "[!-~]+"),
        Entry("SYSLOG5424PRI", "<%{NONNEGINT:syslog5424_pri:int}>"),
        // Elements in brackets, in whose values a quote, backslash or bracket stands behind a backslash.
        Entry("SYSLOG5424SD", #"(?:\[[^\]"\s]+(?: [^= \]"]+="(?:[^"\\]|\\.)*")*\])+"#),
        Entry(
            "SYSLOG5424BASE",
            "%{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver:int} (?:%{TIMESTAMP_ISO8601:syslog5424_ts:timestamptz}|-) "
                + "%{SYSLOG5424PRINTASCII:syslog5424_host} %{SYSLOG5424PRINTASCII:syslog5424_app} %{SYSLOG5424PRINTASCII:syslog5424_proc} "
                + "%{SYSLOG5424PRINTASCII:syslog5424_msgid} (?:%{SYSLOG5424SD:syslog5424_sd}|-)"),
        Entry("SYSLOG5424LINE", "%{SYSLOG5424BASE}(?: +%{GREEDYDATA:syslog5424_msg})?"),
        Entry(
            "SYSLOGPAMSESSION",
            #"%{SYSLOGBASE} %{WORD:pam_module}\(%{DATA:pam_caller}\): session %{WORD:pam_session_state} for user %{NOTSPACE:username}"#
                + "(?: by %{GREEDYDATA:pam_by})?"),
        Entry("CRON_ACTION", "[A-Z ]+"),
        Entry("CRONLOG", #"%{SYSLOGBASE} \(%{USER:user}\) %{CRON_ACTION:action} \(%{DATA:message}\)"#),
    ]

    /// Access and error logs.
    static let servers = [
        Entry("HTTPDUSER", #"\S+"#),
        // What stands between quotes, where a backslash takes the meaning from the next character.
        Entry("INQUOTES", #"(?:[^"\\]|\\.)*"#),
        Entry(
            "HTTPD_COMMONLOG",
            #"%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp:timestamp}\] "#
                + #""(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{INQUOTES:rawrequest})" "#
                + "(?:%{INT:response:int}|-) (?:%{INT:bytes:long}|-)"),
        Entry("HTTPD_COMBINEDLOG", #"%{HTTPD_COMMONLOG} "%{INQUOTES:referrer}" "%{INQUOTES:agent}""#),
        Entry("COMMONAPACHELOG", "%{HTTPD_COMMONLOG}"),
        Entry("COMBINEDAPACHELOG", "%{HTTPD_COMBINEDLOG}"),
        Entry("NGINXACCESS", "%{HTTPD_COMBINEDLOG}"),
        Entry(
            "HTTPD20_ERRORLOG",
            #"\[%{HTTPDERROR_DATE:timestamp:timestamp}\] \[%{LOGLEVEL:loglevel}\] (?:\[client %{IPORHOST:clientip}\] )?%{GREEDYDATA:message}"#
        ),
        Entry(
            "HTTPD24_ERRORLOG",
            #"\[%{HTTPDERROR_DATE:timestamp:timestamp}\] \[(?:%{WORD:module})?:(?<loglevel>%{LOGLEVEL}[1-8]?)\] "#
                + #"\[pid %{POSINT:pid:int}(?::tid %{NONNEGINT:tid:long})?\](?: \[client %{IPORHOST:clientip}:%{POSINT:clientport:int}\])?"#
                + "(?: (?<errorcode>AH[0-9]+):)? %{GREEDYDATA:message}"),
        Entry("HTTPD_ERRORLOG", "%{HTTPD24_ERRORLOG}|%{HTTPD20_ERRORLOG}"),
        Entry(
            "NGINXERROR",
            #"%{NGINX_DATESTAMP:timestamp:timestamp} \[%{LOGLEVEL:loglevel}\] %{POSINT:pid:int}#%{NONNEGINT:tid:long}: "#
                + #"(?:\*%{NONNEGINT:connection:long} )?%{GREEDYDATA:message}"#),
        Entry(
            "S3_ACCESS_LOG",
            #"%{WORD:owner} %{NOTSPACE:bucket} \[%{HTTPDATE:timestamp:timestamp}\] (?:%{IP:clientip}|-) %{NOTSPACE:requester} "#
                + #"%{NOTSPACE:request_id} %{NOTSPACE:operation} %{NOTSPACE:key} (?:"%{INQUOTES:request_uri}"|-) (?:%{INT:response:int}|-) "#
                + #"(?:-|%{NOTSPACE:error_code}) (?:%{INT:bytes:long}|-) (?:%{INT:object_size:long}|-) (?:%{INT:request_time_ms:long}|-) "#
                + #"(?:%{INT:turnaround_time_ms:long}|-) "%{INQUOTES:referrer}" "%{INQUOTES:agent}"(?: %{NOTSPACE:version_id})?"#),
        Entry(
            "SQUID3",
            #"%{NUMBER:timestamp:double} +%{INT:duration:long} %{IPORHOST:clientip} %{WORD:cache_result}/%{NONNEGINT:response:int} "#
                + #"%{INT:bytes:long} %{WORD:verb} %{NOTSPACE:request} %{NOTSPACE:user} %{WORD:hierarchy}/%{NOTSPACE:server} "#
                + "%{NOTSPACE:content_type}"),
        Entry("REDISTIMESTAMP", "%{MONTHDAY} %{MONTH} (?:%{YEAR} )?%{TIME}"),
        Entry("REDISLOG", #"\[%{POSINT:pid:int}\] %{REDISTIMESTAMP:timestamp} [.*#-] %{GREEDYDATA:message}"#),
        Entry(
            "POSTGRESQL",
            #"(?<timestamp>[0-9]{4}-%{MONTHNUM}-%{MONTHDAY} %{TIME}) %{TZ:timezone} (?:\[%{POSINT:pid:int}\] )?"#
                + "(?:(?<user>[^@ ]+)@(?<database>[^ ]+) )?%{WORD:level}: +%{GREEDYDATA:message}"),
    ]

    static let java = [
        Entry("JAVACLASS", #"(?:[A-Za-z$_][A-Za-z$_0-9]*\.)*[A-Za-z$_][A-Za-z$_0-9]*"#),
        Entry("JAVAFILE", "[A-Za-z0-9_. -]+"),
        Entry("JAVAMETHOD", "<(?:cl)?init>|[A-Za-z$_][A-Za-z$_0-9]*"),
        Entry("JAVASTACKTRACEPART", #"\s*at %{JAVACLASS:class}\.%{JAVAMETHOD:method}\(%{JAVAFILE:file}(?::%{INT:line:int})?\)"#),
        Entry("JAVATHREAD", #"[A-Za-z0-9_$@#:./ -]+"#),
        Entry("JAVALOGMESSAGE", ".*"),
        Entry(
            "JAVALOG",
            #"%{TIMESTAMP_ISO8601:timestamp:timestamp} +(?:\[%{JAVATHREAD:thread}\] +)?%{LOGLEVEL:level} +(?:\[%{JAVATHREAD:thread}\] +)?"#
                + "%{JAVACLASS:class} *[:-] +%{GREEDYDATA:message}"),
        Entry("CATALINALOG", "%{CATALINA_DATESTAMP:timestamp:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage}"),
        Entry(
            "TOMCATLOG",
            #"%{TOMCAT_DATESTAMP:timestamp:timestamp} \| %{LOGLEVEL:level} \| %{JAVACLASS:class} - %{JAVALOGMESSAGE:logmessage}"#),
        Entry("RUBY_LOGLEVEL", "DEBUG|FATAL|ERROR|WARN|INFO"),
        Entry(
            "RUBY_LOGGER",
            #"[DFEWI], \[%{TIMESTAMP_ISO8601:timestamp:timestamp} #%{POSINT:pid:int}\] +%{RUBY_LOGLEVEL:loglevel} -- +%{DATA:progname}: "#
                + "%{GREEDYDATA:message}"),
    ]
}
