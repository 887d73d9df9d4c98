#!/usr/bin/env python3
"""Fails if something in the public protos has no comment.

Every service, method, message, enumeration, field and value of proto/evenlight
and proto/google says what it is; fields of requests and of what clients write
begin "Required.", "Optional." or "Output only.".

  scripts/check_protos.py [ROOT]
"""
import pathlib
import re
import sys

DECLARATION = re.compile(
    r"^\s*(service|rpc|message|enum)\s+(\w+)"
    r"|^\s*(?:repeated |optional |stream )*[\w.<>, ]+\s+(\w+)\s*=\s*\d+;"
    r"|^\s*(oneof)\s+(\w+)")
MARKED = re.compile(r"^(Required|Optional|Output only)\b")
# Messages whose fields all come from the server need no marker.
OUTPUT = re.compile(r"Response$|^(Recommendation|ClassRecommendation|"
                    r"LearnerToSee|ClassMastery|LessonResource|LessonGap|"
                    r"LearnerGroup|UnservedLearner|ScorePart|Model|"
                    r"LearnerState|KnowledgeComponentMastery|PredictionPart|"
                    r"GoalProgress|PathActivity|PathKnowledgeComponent|"
                    r"EventResult|RefusedEvent|PrerequisiteCycle|"
                    r"ListedResource|Explanation|StageEffect|Push|PushedResource|"
                    r"AssignedOverCap|PushDelivery|TierExposure|NewResourceExposure)$")
# Verbs without fields of their own are documented by their message.
VERB = re.compile(r"^\s*[A-Z]\w+ (viewed|completed|answered|rated|bookmarked|"
                  r"dismissed|assigned|attended) = ")


def comment_above(lines, index):
    """The text of the comment that ends on the line above `index`."""
    text = []
    while index > 0 and lines[index - 1].strip().startswith("//"):
        index -= 1
        text.insert(0, lines[index].strip().lstrip("/ "))
    return " ".join(text)


def faults(root, path):
    lines = path.read_text(encoding="utf-8").split("\n")
    scopes = []
    for index, line in enumerate(lines):
        code = line.split("//")[0]
        match = DECLARATION.match(code)
        kind = match and (match.group(1) or match.group(4) or "field")
        name = match and (match.group(2) or match.group(3) or match.group(5))
        if match and not VERB.match(code):
            comment = comment_above(lines, index)
            where = f"{path.relative_to(root)}:{index + 1}: {kind} {name}"
            is_disk = "/storage/" in str(path) or "/config/" in str(path)
            if not comment and not (is_disk and kind == "field"):
                yield f"{where} has no comment"
            inside = scopes[-1] if scopes else ("", "")
            is_api = "/evenlight/v1/" in str(path)
            if (is_api and kind == "field" and inside[0] == "message"
                    and not OUTPUT.search(inside[1])
                    and not MARKED.match(comment)):
                yield f"{where}: its comment does not begin with Required, " \
                      "Optional or Output only"
        opened = code.count("{") - code.count("}")
        if opened > 0:
            scopes.append((kind or "", name or ""))
        elif opened < 0 and scopes:
            scopes.pop()


if __name__ == "__main__":
    base = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = [f for p in sorted((base / "proto").rglob("*.proto"))
             for f in faults(base, p)]
    print("\n".join(found))
    sys.exit(bool(found))
