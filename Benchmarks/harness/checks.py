"""Whether all programs have the same answer: answers.py, in a process of its own so that this one stays small (see measure.py)."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("answers.py")


def compare(task, runs):
    """Marks the runs whose answer is not the one that most programs have (among equals, that of the first peer)."""
    for run in runs:
        run.answer = answer(task, run.job.output)
        if "error" in run.answer:
            run.state, run.note = "WRONG", run.answer["error"]
            print(f"{task.name}  {run.job.engine}: WRONG: {run.note}", flush=True)
    rest = [run for run in runs if run.state == "ok"]
    if not rest:
        return
    found = [key(run) for run in sorted(rest, key=lambda run: run.job.engine in ("sluice", "stream", "convert", "recrawl"))]
    right = max(found, key=found.count)
    model = next(run for run in rest if key(run) == right)
    for run in rest:
        if key(run) != right:
            run.state = "WRONG"
            run.note = f"{run.answer['rows']} rows, others {model.answer['rows']}\n" + sample(task, run.job.output, model.job.output)
            print(f"{task.name}  {run.job.engine}: WRONG: {run.note}", flush=True)
    agreeing = [run.job.engine for run in rest if run.state == "ok"]
    print(f"{task.name}  equal answers, {right[0]} rows: {', '.join(agreeing)}", flush=True)


def key(run):
    return run.answer["rows"], run.answer["hash"]


def answer(task, output):
    result = called(task, output, "--sorted-by", ",".join(task.order))
    try:
        return json.loads(result.stdout)
    except ValueError:
        return {"error": (result.stderr or result.stdout).strip()[-2_000:]}


def sample(task, output, other):
    result = called(task, output, "--compare", other)
    return result.stdout or result.stderr


def called(task, output, *options):
    command = [sys.executable, SCRIPT, json.dumps(task.columns), output, *options]
    return subprocess.run(command, capture_output=True, text=True)
