"""Tests that did not pass, in the events that `swift test --event-stream-output-path` writes.

    failed_tests.py filter EVENTS MOST     prints a filter for `swift test` that takes those which did not pass; 1 where none, or more than MOST,
                                           failed or were begun and did not end, and where the runner broke off without having been stopped
    failed_tests.py stopped EVENTS         notes that it was stopped
    failed_tests.py begun EVENTS           prints those that were begun and did not end
    failed_tests.py passed EVENTS AGAIN    0 where each of them passed in a second run's events
"""

import json
import re
import sys


class Run:
    """What became of each test, by its identifier: `Module.Suite/Inner/test()`."""

    def __init__(self, path: str):
        self.names: dict[str, str] = {}
        self.begun: set[str] = set()
        self.failed: set[str] = set()
        self.ended: set[str] = set()
        self.is_whole = False
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue  # A runner that was killed leaves half a line.
                if record["kind"] == "test":
                    self._keep(record["payload"])
                else:
                    self._note(record["payload"])

    def _keep(self, test: dict) -> None:
        if test["kind"] == "function":
            self.names[self._name(test["id"])] = test.get("displayName") or test["name"]

    def _note(self, event: dict) -> None:
        name = self._name(event.get("testID", ""))
        kind, issue = event["kind"], event.get("issue", {})
        if kind == "testStarted":
            self.begun.add(name)
        elif kind in ("testEnded", "testSkipped"):
            self.ended.add(name)
        elif kind == "runEnded":
            self.is_whole = True
        elif kind == "issueRecorded" and not issue.get("isKnown") and issue.get("isFailure", True):
            self.failed.add(name)

    @staticmethod
    def _name(identifier: str) -> str:
        """Without the place in the source."""
        return re.sub(r"/[^/]*\.swift:\d+:\d+$", "", identifier)

    @property
    def unfinished(self) -> list[str]:
        return sorted(name for name in self.names if name in self.begun - self.ended)

    @property
    def not_passed(self) -> list[str]:
        """Those that never began, too: of a runner that was stopped."""
        return sorted(name for name in self.names if name in self.failed or name not in self.ended)


def main(task: str, report: str, other: str = "") -> int:
    if task == "stopped":
        with open(report, "a", encoding="utf-8") as events:
            events.write('\n{"kind": "event", "payload": {"kind": "runEnded"}}\n')
        return 0
    run = Run(report)
    if task == "begun":
        for name in run.unfinished:
            print(f"{name}: {run.names[name]}")
        return 0
    if task == "passed":
        again = Run(other)
        return 0 if all(name in again.ended - again.failed for name in run.not_passed) else 1
    failed = {name for name in run.names if name in run.failed} | set(run.unfinished)
    if not run.is_whole:
        print("the runner broke off", file=sys.stderr)
        return 1
    if not 0 < len(failed) <= int(other):
        print(f"{len(failed)} tests failed", file=sys.stderr)
        return 1
    # The arguments of a test stand behind its name.
    print("^(" + "|".join(re.escape(name) for name in run.not_passed) + ")(/|$)")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
