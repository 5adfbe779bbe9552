"""What a hook of Claude Code costs: governorctl guard, from its start to its end, with a daemon running."""

import json
import subprocess
import time

from .figures import Row
from .servers import start_governord
from .workspace import BenchError

WRITES = 200
THINKING = 0.05  # seconds: a model never writes twice at once


def hook_text(event, path, number):
    content = "".join(f"line {line} of {number}\n" for line in range(500))
    return json.dumps({"session_id": "bench-session", "cwd": "/", "hook_event_name": event, "tool_name": "Write",
                       "tool_input": {"file_path": str(path), "content": content}}), content


def run_hook(binaries, environment, text):
    """Milliseconds, and what the hook said."""
    begun = time.perf_counter()
    done = subprocess.run([binaries.control, "guard", "claude-code", "--fallback", "deny"], input=text, text=True,
                          env=environment, capture_output=True, check=False)
    spent = (time.perf_counter() - begun) * 1000
    if done.returncode != 0:
        raise BenchError(f"governorctl guard ended with code {done.returncode}: {done.stderr}")
    return spent, json.loads(done.stdout)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def one_round(workspace, binaries):
    path = workspace.data / workspace.fresh_name("guarded.txt")
    before, after = [], []
    with start_governord(workspace, binaries) as server:
        for number in range(WRITES):
            text, content = hook_text("PreToolUse", path, number)
            spent, answer = run_hook(binaries, server.environment, text)
            if answer["hookSpecificOutput"]["permissionDecision"] != "allow":
                raise BenchError(f"the write was not allowed: {answer}")
            before.append(spent)
            time.sleep(THINKING)
            path.write_text(content)
            after.append(run_hook(binaries, server.environment, hook_text("PostToolUse", path, number)[0])[0])
            time.sleep(THINKING)
    return {"before_p50": quantile(before, 0.5), "before_p99": quantile(before, 0.99),
            "after_p50": quantile(after, 0.5), "after_p99": quantile(after, 0.99)}


def measure(workspace, binaries, settings, progress):
    rounds = []
    for number in range(settings.rounds):
        progress(f"round {number + 1}: hooks before and after a write")
        rounds.append(one_round(workspace, binaries))
    return rounds


def rows(rounds):
    return [
        Row("P11", "hook before a write, p99", "<=", 20, [r["before_p99"] for r in rounds], " ms"),
        Row("P11", "the same, p50", values=[r["before_p50"] for r in rounds], unit=" ms"),
        Row("P11", "hook after a write, p99", "<=", 20, [r["after_p99"] for r in rounds], " ms"),
        Row("P11", "the same, p50", values=[r["after_p50"] for r in rounds], unit=" ms"),
    ]
