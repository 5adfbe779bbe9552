"""What a hook of Claude Code costs: governorctl guard, from its start to its end, with a daemon running."""

import json
import subprocess
import time

from .figures import Row
from .servers import start_governord
from .workspace import BenchError

WRITES = 200
PROJECT_FILES = 5000
FILES_A_FOLDER = 50
THINKING = 0.05  # seconds: a model never writes twice at once


def hook_text(event, path, number):
    content = "".join(f"line {line} of {number}\n" for line in range(500))
    return json.dumps({"session_id": "bench-session", "cwd": "/", "hook_event_name": event, "tool_name": "Write",
                       "tool_input": {"file_path": str(path), "content": content}}), content


def command_text(event, project, number):
    return json.dumps({"session_id": "bench-commands", "cwd": str(project), "hook_event_name": event, "tool_name": "Bash",
                       "tool_use_id": f"use-{number}", "tool_input": {"command": f"echo {number} >>folder-0/file-0.txt"},
                       "tool_response": {"stdout": "", "stderr": ""}, "duration_ms": 5})


def make_project(directory):
    (directory / ".git").mkdir(parents=True)
    for number in range(PROJECT_FILES):
        folder = directory / f"folder-{number // FILES_A_FOLDER}"
        folder.mkdir(exist_ok=True)
        (folder / f"file-{number % FILES_A_FOLDER}.txt").write_text("".join(f"{number} {line}\n" for line in range(60)))


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


def one_round_of_commands(workspace, binaries):
    project = workspace.data / workspace.fresh_name("project")
    make_project(project)
    before, after = [], []
    with start_governord(workspace, binaries) as server:
        begun, _ = run_hook(binaries, server.environment, command_text("SessionStart", project, 0))
        for number in range(WRITES):
            before.append(run_hook(binaries, server.environment, command_text("PreToolUse", project, number))[0])
            with (project / "folder-0" / "file-0.txt").open("a") as file:
                file.write(f"{number}\n")
            after.append(run_hook(binaries, server.environment, command_text("PostToolUse", project, number))[0])
            time.sleep(THINKING)
    return {"begun": begun, "command_before_p50": quantile(before, 0.5), "command_before_p99": quantile(before, 0.99),
            "command_after_p50": quantile(after, 0.5), "command_after_p99": quantile(after, 0.99)}


def measure(workspace, binaries, settings, progress):
    rounds = []
    for number in range(settings.rounds):
        progress(f"round {number + 1}: hooks before and after a write")
        figures = one_round(workspace, binaries)
        progress(f"round {number + 1}: hooks before and after a command in a project of {PROJECT_FILES} files")
        rounds.append(figures | one_round_of_commands(workspace, binaries))
    return rounds


def rows(rounds):
    return [
        Row("P11", "hook before a write, p99", "<=", 20, [r["before_p99"] for r in rounds], " ms"),
        Row("P11", "the same, p50", values=[r["before_p50"] for r in rounds], unit=" ms"),
        Row("P11", "hook after a write, p99", "<=", 20, [r["after_p99"] for r in rounds], " ms"),
        Row("P11", "the same, p50", values=[r["after_p50"] for r in rounds], unit=" ms"),
        Row("P11", "hook before a command, p99", "<=", 25, [r["command_before_p99"] for r in rounds], " ms"),
        Row("P11", "the same, p50", values=[r["command_before_p50"] for r in rounds], unit=" ms"),
        Row("P11", "hook after a command, p99", "<=", 25, [r["command_after_p99"] for r in rounds], " ms"),
        Row("P11", "the same, p50", values=[r["command_after_p50"] for r in rounds], unit=" ms"),
        Row("P11", "hook at the start of a session", values=[r["begun"] for r in rounds], unit=" ms"),
    ]
