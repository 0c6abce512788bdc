import Testing
import SluiceFormats

/// A small file of a kind that people meet, and what must be proposed for it; nothing else may be.
struct DialectSample: CustomTestStringConvertible {
    var name: String
    var text: String
    var proposed: [String: OptionValue]
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ proposed: [String: OptionValue]) {
        self.name = name
        self.text = text
        self.proposed = proposed
    }
}

extension DialectSample {
    static let corpus: [DialectSample] = [
        DialectSample("plain", "id,name\n1,a\n2,b\n", [:]),
        DialectSample("one column", "name\nAnna\nBert\n", [:]),
        DialectSample("one column of sentences", "note\nhello; world\nno\na; b; c\n", [:]),
        DialectSample("only a header", "id,name,day\n", [:]),
        DialectSample("header with semicolons", "id;name;day\n", ["delimiter": .text(";")]),
        DialectSample("empty", "", [:]),
        DialectSample("one word", "x", [:]),
        DialectSample("quoted commas", "id,name\n1,\"Doe, John; Jr|x\"\n2,\"a\nb\"\n", [:]),
        DialectSample(
            "german office", "Name;Betrag;Tag\nÄpfel, rot;1.234,50;31.12.2013\nBirnen;-0,5;01.02.2014\n",
            ["delimiter": .text(";"), "decimal_mark": .text(","), "group_mark": .text("."), "date_pattern": .text("%d.%m.%Y")]),
        DialectSample(
            "semicolons without a header, one decimal everywhere", "1,5;2,5;3,5\n4,5;5,5;6,5\n7,5;8,5;9,5\n",
            ["delimiter": .text(";"), "decimal_mark": .text(","), "header": .boolean(false)]),
        DialectSample("tabs", "a\tb c\td\n1\tx, y\t2\n3\tz\t4\n", ["delimiter": .text("\t")]),
        DialectSample("pipes", "a|b\n1|x\n2|y\n", ["delimiter": .text("|")]),
        DialectSample("colons", "root:x:0:0\ndaemon:x:1:1\nbin:x:2:2\n", ["delimiter": .text(":"), "header": .boolean(false)]),
        DialectSample("times are no colons", "at,n\n12:30:01,1\n13:45:02,2\n", [:]),
        DialectSample("blanks", "PID  TTY   CMD\n1    p0    init\n23   p1    bash\n456  ?     ps\n", ["delimiter": .text("blanks")]),
        DialectSample("double pipes", "id||name||n\n1||a||2\n3||||4\n", ["delimiter": .text("||")]),
        DialectSample("double colons", "1::1193::5\n1::661::3\n2::914::3\n", ["delimiter": .text("::"), "header": .boolean(false)]),
        DialectSample("tab pipe tab", "id\t|\tname\n1\t|\ta\n2\t|\tb\n", ["delimiter": .text("\t|\t")]),
        DialectSample("tilde pipe", "id|~|name\n1|~|a|b\n2|~|c~d\n", ["delimiter": .text("|~|")]),
        DialectSample("an empty column is no wide delimiter", "a|b|c\n1||2\n3||4\n", ["delimiter": .text("|")]),
        DialectSample("single quotes", "id,name\n1,'Doe, John'\n2,'it''s'\n3,'x'\n", ["quote": .text("'")]),
        DialectSample("apostrophes are no quotes", "id,name\n1,it's\n2,'tis\n3,x\n", [:]),
        DialectSample("backslashes", "id,name\n1,\"say \\\"hi\\\", you\"\n2,\"a\"\n3,\"b\"\n", ["escape": .text("\\")]),
        DialectSample("escaped delimiters", "id,name\n1,Doe\\, John\n2,b\n3,c\\,d\n", ["escape": .text("\\")]),
        DialectSample("paths are no escapes", "id,path\n1,C:\\new\n2,D:\\x\n", [:]),
        DialectSample("inches", "id\tsize\n1\t\"5 pipe\n2\t\"6 pipe\n3\tx\n", ["delimiter": .text("\t"), "quote": .text("")]),
        DialectSample("no header", "1,2013-01-01,x\n2,2013-01-02,y\n", ["header": .boolean(false)]),
        DialectSample(
            "header of two rows", "Sales,Sales,City\nkg,EUR,name\n1,2.5,x\n3,4.5,y\n5,6.5,z\n7,8.5,w\n9,1.5,v\n",
            ["header_rows": .integer(2)]),
        DialectSample("comments", "# made by x\n# on a day, or so, or two\na,b\n1,2\n# later\n3,4\n", ["comment": .text("#")]),
        DialectSample("a header with a mark is no comment", "#id,name\n1,a\n2,b\n", [:]),
        DialectSample("preamble", "Report of the day\nby me\n\nid,n,x\n1,2,a\n3,4,b\n5,6,c\n7,8,d\n", ["skip_lines": .integer(3)]),
        DialectSample("footer", "id,n\n1,2\n3,4\n5,6\n7,8\nend of file\n", ["skip_footer": .integer(1)]),
        DialectSample("totals", "id,n\n1,2\n3,4\n5,6\nTotal,12\n", ["skip_footer": .integer(1)]),
        DialectSample("month first", "d,n\n12/31/2013,1\n01/02/2014,2\n", ["date_pattern": .text("%m/%d/%Y")]),
        DialectSample(
            "day first with a clock", "d,n\n31/12/2013 10:20,1\n01/02/2014 11:30,2\n", ["timestamp_pattern": .text("%d/%m/%Y %H:%M")]),
        DialectSample("year first", "d,n\n2013/12/31,1\n2014/02/01,2\n", ["date_pattern": .text("%Y/%m/%d")]),
        DialectSample("days that may be months", "d,n\n01/02/2013,1\n03/04/2013,2\n", [:]),
        DialectSample("days that contradict", "d,n\n31/12/2013,1\n12/31/2013,2\n", [:]),
        DialectSample("group marks", "a;b\n1,234,567;1\n1,234.5;2\n", ["delimiter": .text(";"), "group_mark": .text(",")]),
        DialectSample("a comma that may be either", "a;b\n1,234;1\n5,678;2\n", ["delimiter": .text(";")]),
        DialectSample("zero and a comma", "a;b\n0,123;1\n0,456;2\n", ["delimiter": .text(";"), "decimal_mark": .text(",")]),
        DialectSample(
            "blank groups", "a;b\n1 234 567,5;1\n12,25;2\n",
            ["delimiter": .text(";"), "decimal_mark": .text(","), "group_mark": .text(" ")]),
        DialectSample("Swiss", "a;b\n1'234.50;1\n999.95;2\n", ["delimiter": .text(";"), "group_mark": .text("'")]),
        DialectSample("nulls", "n,t\n1,x\nNA,NA\n3,y\n", ["null_values": .texts(["", "NA"])]),
        DialectSample("backslash N", "n,t\n1,x\n\\N,\\N\n3,y\n", ["null_values": .texts(["", "\\N"])]),
        DialectSample("Namibia", "code,name\nNA,Namibia\nDE,Germany\n", [:]),
        DialectSample("Excel's first line", "sep=;\na;b\n1;2\n3;4\n", ["delimiter": .text(";"), "skip_lines": .integer(1)]),
        DialectSample(
            "Excel's first line, in quotes", "\"sep=|\"\r\na|b\r\n1|2\r\n", ["delimiter": .text("|"), "skip_lines": .integer(1)]),
        DialectSample("Excel's first line with the usual comma", "SEP=,\na;b,c\n1,2\n", ["skip_lines": .integer(1)]),
        DialectSample("a column that is called so", "sep=x;y\n1;2\n", ["delimiter": .text(";")]),
        DialectSample("carriage returns", "a;b\r1;2\r3;4\r", ["delimiter": .text(";")]),
    ]
}
