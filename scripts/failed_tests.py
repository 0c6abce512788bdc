"""Tests that failed, in the reports that `swift test --xunit-output` writes.

    failed_tests.py filter REPORT MOST     prints a filter for `swift test` that takes those which failed; 1 where none or more than MOST did
    failed_tests.py passed REPORT AGAIN    0 where each of them passed in a second report
"""

import re
import sys
import xml.etree.ElementTree as xml


def cases(report: str) -> dict[str, bool]:
    """Whether each test passed, by its identifier: `Module.Suite/Inner/test()`."""
    passed = {}
    for case in xml.parse(report).getroot().iter("testcase"):
        module, *suites = case.get("classname").split(".")
        passed[f"{module}." + "/".join([*suites, case.get("name")])] = case.find("failure") is None
    return passed


def main(task: str, report: str, other: str) -> int:
    try:
        failed = sorted(name for name, passed in cases(report).items() if not passed)
        if task == "passed":
            again = cases(other)
            return 0 if all(again.get(name, False) for name in failed) else 1
    except (OSError, xml.ParseError) as error:
        print(f"{report}: {error}", file=sys.stderr)
        return 1
    if not 0 < len(failed) <= int(other):
        print(f"{len(failed)} tests failed", file=sys.stderr)
        return 1
    # The arguments of a test stand behind its name.
    print("^(" + "|".join(re.escape(name) for name in failed) + ")(/|$)")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
