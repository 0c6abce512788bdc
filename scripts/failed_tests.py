"""Prints a filter for `swift test` that takes the tests which failed: failed_tests.py REPORT MOST

The report is what `--xunit-output` wrote. Ends with 1 where there is none, where no test failed, or where more than MOST did.
"""

import re
import sys
import xml.etree.ElementTree as xml


def main(report: str, most: int) -> int:
    try:
        cases = xml.parse(report).getroot().iter("testcase")
    except (OSError, xml.ParseError) as error:
        print(f"{report}: {error}", file=sys.stderr)
        return 1
    names = sorted({f"{case.get('classname')}/{case.get('name')}" for case in cases if case.find("failure") is not None})
    if not 0 < len(names) <= most:
        print(f"{len(names)} tests failed", file=sys.stderr)
        return 1
    # An argument of a test is no part of its name in a filter.
    print("^(" + "|".join(re.escape(name) for name in names) + ")(/|$)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
