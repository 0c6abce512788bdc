"""events.jsonl: 240,000 GitHub-style events, one JSON document a line, 428 MB.

Made from a fixed seed; random.random() alone is used, whose sequence Python promises to keep. 60,000 repositories of which
few have most of the events, 80,000 actors; ids and times ascend. A push has up to 20 commits of its `size`, some have none.
"""

import datetime
import json
import random

from . import words

EVENTS = 240_000
REPOSITORIES, ACTORS = 60_000, 80_000
SEED = 20130101
FIRST_ID, FIRST_TIME = 41_500_000_000, datetime.datetime(2024, 11, 1)
KINDS = (("PushEvent", 0.54), ("PullRequestEvent", 0.07), ("IssueCommentEvent", 0.118), ("IssuesEvent", 0.052),
         ("WatchEvent", 0.14), ("CreateEvent", 0.05), ("ForkEvent", 0.03))


def make(path):
    maker = EventMaker(random.Random(SEED).random)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for index in range(EVENTS):
            out.write(json.dumps(maker.event(index), ensure_ascii=False, separators=(",", ":")))
            out.write("\n")


class EventMaker:
    def __init__(self, rnd):
        self.random = rnd
        self.messages = words.pool(rnd, 3_000, lambda: words.sentence(rnd) if rnd() < 0.7 else words.paragraphs(rnd, 160))
        self.bodies = words.pool(rnd, 1_000, lambda: words.paragraphs(rnd, 150 + 850 * rnd(), "\r\n"))
        self.second = 0.0

    def event(self, index):
        kind = self.kind()
        actor = self.actor(int(ACTORS * self.random() ** 2))
        number = int(REPOSITORIES * self.random() ** 4)
        repository = self.name(number)
        self.second += self.random() * 0.7
        event = {
            "id": str(FIRST_ID + index * 7 + int(self.random() * 7)),
            "type": kind,
            "actor": actor,
            "repo": {"id": 500_000 + number * 13, "name": repository, "url": f"https://api.github.com/repos/{repository}"},
            "payload": getattr(self, kind)(repository, actor),
            "public": True,
            "created_at": (FIRST_TIME + datetime.timedelta(seconds=int(self.second))).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if self.random() < 0.3:
            organisation = repository.split("/")[0]
            event["org"] = {"id": 9_000 + number, "login": organisation, "gravatar_id": "",
                            "url": f"https://api.github.com/orgs/{organisation}",
                            "avatar_url": f"https://avatars.githubusercontent.com/u/{9_000 + number}?"}
        return event

    def kind(self):
        draw = self.random()
        for name, share in KINDS:
            draw -= share
            if draw < 0:
                return name
        return KINDS[0][0]

    def name(self, number):
        return f"{words.NOUNS[number % len(words.NOUNS)]}-works-{number % 997}/{words.VERBS[number % 13]}-{number}"

    def actor(self, number):
        login = f"{words.VERBS[number % len(words.VERBS)]}-{words.NOUNS[number // 7 % len(words.NOUNS)]}{number}"
        return {"id": 1_000 + number * 3, "login": login, "display_login": login, "gravatar_id": "",
                "url": f"https://api.github.com/users/{login}",
                "avatar_url": f"https://avatars.githubusercontent.com/u/{1_000 + number * 3}?"}

    def user(self):
        actor = self.actor(int(ACTORS * self.random() ** 2))
        url = actor["url"]
        return {"login": actor["login"], "id": actor["id"], "node_id": f"MDQ6VXNlc{actor['id']}", "avatar_url": actor["avatar_url"],
                "url": url, "html_url": f"https://github.com/{actor['login']}", "followers_url": url + "/followers",
                "repos_url": url + "/repos", "events_url": url + "/events{/privacy}", "type": "User", "site_admin": False}

    def digest(self):
        return f"{int(self.random() * (1 << 53)):020x}{int(self.random() * (1 << 53)):020x}"

    def PushEvent(self, repository, actor):
        size = int(1 / (0.07 + self.random())) - 1 + (self.random() < 0.95)
        commits = []
        for _ in range(min(size, 20)):
            sha = self.digest()
            commits.append({
                "sha": sha,
                "author": {"email": f"{actor['login']}@users.noreply.github.com", "name": actor["login"]},
                "message": words.choice(self.random, self.messages), "distinct": self.random() < 0.9,
                "url": f"https://api.github.com/repos/{repository}/commits/{sha}"})
        return {"repository_id": int(self.random() * 1e9), "push_id": int(self.random() * 1e11),
                "size": size, "distinct_size": len(commits),
                "ref": "refs/heads/" + words.choice(self.random, ("main", "master", "develop", "gh-pages")),
                "head": self.digest(), "before": self.digest(), "commits": commits}

    def issue(self, repository):
        number = int(self.random() * 9_000) + 1
        url = f"https://api.github.com/repos/{repository}/issues/{number}"
        labels = [{"id": 70 + at, "name": name, "color": "d73a4a", "default": at == 0, "description": None}
                  for at, name in enumerate(("bug", "help wanted", "good first issue")) if self.random() < 0.3]
        return {"url": url, "repository_url": f"https://api.github.com/repos/{repository}", "labels_url": url + "/labels{/name}",
                "comments_url": url + "/comments", "id": int(self.random() * 1e10), "number": number,
                "title": words.sentence(self.random), "user": self.user(), "labels": labels,
                "state": "open" if self.random() < 0.6 else "closed", "locked": False, "assignee": None, "assignees": [],
                "milestone": None, "comments": int(self.random() * 20), "created_at": "2024-10-07T11:12:13Z",
                "updated_at": "2024-10-31T23:59:59Z", "closed_at": None, "body": words.choice(self.random, self.bodies)}

    def IssuesEvent(self, repository, actor):
        return {"action": words.choice(self.random, ("opened", "closed", "reopened")), "issue": self.issue(repository)}

    def IssueCommentEvent(self, repository, actor):
        issue = self.issue(repository)
        comment = {"url": issue["comments_url"], "id": int(self.random() * 1e10), "user": self.user(), "created_at": issue["updated_at"],
                   "author_association": "CONTRIBUTOR", "body": words.choice(self.random, self.bodies),
                   "reactions": {"total_count": 1, "+1": 1, "-1": 0, "laugh": 0, "heart": 0}}
        return {"action": "created", "issue": issue, "comment": comment}

    def PullRequestEvent(self, repository, actor):
        issue = self.issue(repository)
        side = {"label": repository.replace("/", ":"), "ref": "main", "sha": self.digest(), "user": self.user(),
                "repo": {"id": int(self.random() * 1e9), "name": repository.split("/")[1], "full_name": repository, "private": False,
                         "description": words.sentence(self.random), "fork": False, "size": int(self.random() * 1e5), "language": "Swift",
                         "stargazers_count": int(self.random() * 1e4), "topics": ["etl", "csv", "stream"]}}
        pull = {**issue, "base": side, "head": {**side, "sha": self.digest()}, "merged": False, "additions": int(self.random() * 900),
                "deletions": int(self.random() * 900), "changed_files": int(self.random() * 40), "mergeable": None}
        return {"action": "opened", "number": issue["number"], "pull_request": pull}

    def WatchEvent(self, repository, actor):
        return {"action": "started"}

    def CreateEvent(self, repository, actor):
        return {"ref": words.choice(self.random, (None, "feature/" + words.choice(self.random, words.NOUNS))), "ref_type": "branch",
                "master_branch": "main", "description": words.sentence(self.random), "pusher_type": "user"}

    def ForkEvent(self, repository, actor):
        return {"forkee": {"id": int(self.random() * 1e9), "name": repository.split("/")[1], "owner": self.user(), "fork": True}}
