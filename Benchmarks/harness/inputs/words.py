"""Made-up text for the generated inputs: sentences from a small vocabulary, with what makes text hard to read for a program."""

NOUNS = "parser reader writer cache index shard stream column batch schema build test release branch page token worker queue".split()
VERBS = "fix add remove rename speed up clean rewrite document check split merge cache simplify revert update move".split()
ENDS = ["", ".", " again", " for empty input", " (#1024)", " in \"strict\" mode",
        ", as announced", " — see below", " für Größen", " 日本語", " 🚀"]


def sentence(random):
    """20 to 60 characters on one line; some with quotes, commas or characters beyond ASCII."""
    return (f"{choice(random, VERBS)} the {choice(random, NOUNS)} of the {choice(random, NOUNS)}"
            f"{choice(random, ENDS) if random() < 0.5 else ''}")


def choice(random, values):
    return values[int(random() * len(values))]


def paragraphs(random, characters, line_end="\n"):
    """Several lines of about so many characters in all."""
    parts, size = [], 0
    while size < characters:
        text = sentence(random)
        parts.append(text)
        parts.append(choice(random, (". ", ", ", "; ", line_end, line_end + line_end)))
        size += len(text) + 2
    return "".join(parts[:-1])


def pool(random, count, make):
    return [make() for _ in range(count)]
