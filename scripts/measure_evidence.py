#!/usr/bin/env python3
"""What evidence costs: turns per second, bytes on the disk, and what a start finds after many events.

Needs a release build; everything happens in a directory of its own."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BATCH = 256  # events of one request, as many as the daemon takes
HOT_AGENT = "hot"
LOADED = 300  # agents in memory at once


class Connection:
    """A connection that speaks as governorctl or as a hook does."""

    def __init__(self, path, role):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rwb")
        self.ask("governor/hello", {"protocol": 1, "build": "", "role": role, "pid": os.getpid(), "cwd": "/",
                                    "client": "measure_evidence"})

    def ask(self, method, params):
        line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self.file.write(line.encode() + b"\n")
        self.file.flush()
        answer = json.loads(self.file.readline())
        if "result" not in answer:
            sys.exit(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self):
        self.file.close()
        self.socket.close()


def turn_of(number):
    """What a turn of an agent usually comes to: some reading, edits, a run of tests, and what it says."""
    path = f"/home/me/project/src/module_{number % 40}.py"
    events = [{"event": "turn_began"}]
    for _ in range(3):
        events.append({"event": "tool_used", "tool": "Read", "output_bytes": 4000, "duration_ms": 3, "path": path})
    for edit in range(2):
        events.append({"event": "tool_used", "tool": "Edit", "path": path, "edit": f"{number}/{edit}",
                       "lines_added": 4, "lines_removed": 2, "content_sha256": f"{number * 2 + edit:064x}"})
    events.append({"event": "tool_used", "tool": "Bash", "command": f"python -m pytest -q tests/test_{number % 40}.py",
                   "success": number % 3 != 0, "exit_code": 1 if number % 3 == 0 else 0, "duration_ms": 900,
                   "output": "1 failed, 41 passed in 0.80s" if number % 3 == 0 else "42 passed in 0.80s"})
    events.append({"event": "turn_ended", "prose_bytes": 900})
    for place, event in enumerate(events):
        event["source"] = f"{number}/{place}"
    return events


class Daemon:
    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        (directory / "run").mkdir(mode=0o700, exist_ok=True)
        (directory / "config.json").write_text('{"evidence": {"keep_entries": 0}}', encoding="utf-8")
        self.socket = directory / "run" / "governor.sock"

    def __enter__(self):
        environment = {"HOME": str(self.directory), "PATH": os.environ["PATH"],
                       "GOVERNOR_CONFIG": str(self.directory / "config.json")}
        command = [self.build / "bin" / "governord", "--foreground", "--runtime-dir", self.socket.parent, "--state-dir",
                   self.directory / "state"]
        began = time.monotonic()
        self.child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                Connection(self.socket, "person").close()
                break
            except OSError:
                if self.child.poll() is not None or time.monotonic() - began > 60:
                    sys.exit("governord does not start")
                time.sleep(0.001)
        self.started_in = time.monotonic() - began
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(60)

    def memory(self):
        """Resident, in KiB."""
        status = Path(f"/proc/{self.child.pid}/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def control(self, *arguments):
        """How long a command of governorctl takes."""
        environment = {"HOME": str(self.directory), "PATH": os.environ["PATH"],
                       "GOVERNOR_RUNTIME_DIR": str(self.socket.parent),
                       "GOVERNOR_STATE_DIR": str(self.directory / "state"),
                       "GOVERNOR_CONFIG": str(self.directory / "config.json")}
        began = time.monotonic()
        subprocess.run([self.build / "bin" / "governorctl", *arguments], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        return time.monotonic() - began

    def bytes_stored(self):
        return sum(path.stat().st_size for path in (self.directory / "state").glob("governor.db*"))


def rate_of_events(daemon, clients, seconds):
    """Each client sends one event after the other, as hooks do, and waits until it is on the disk."""
    done = [0] * clients
    end = time.monotonic() + seconds

    def work(client):
        connection = Connection(daemon.socket, "person")
        number = 0
        while time.monotonic() < end:
            for event in turn_of(number):
                connection.ask("governor/note_evidence", {"agent_id": f"client-{client}", "events": [event]})
                done[client] += 1
            number += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def fill(daemon, events):
    """Batches of many agents; one of them has a long evidence of its own."""
    connection = Connection(daemon.socket, "person")
    sent = rows = turns = batches = 0
    began = time.monotonic()
    while sent < events:
        batch = []
        while len(batch) + 8 <= BATCH:
            batch += turn_of(turns)
            turns += 1
        agent = HOT_AGENT if batches % 4 == 0 else f"agent-{batches % 500}"
        batches += 1
        rows += connection.ask("governor/note_evidence", {"agent_id": agent, "events": batch})["recorded"]
        sent += len(batch)
    connection.close()
    return sent, rows, turns, time.monotonic() - began


def ask_timed(daemon, agent):
    connection = Connection(daemon.socket, "person")
    began = time.monotonic()
    connection.ask("governor/note_evidence", {"agent_id": agent, "events": [{"event": "turn_began"}]})
    first = time.monotonic() - began
    connection.close()
    return first


def memory_of_agents(daemon, count):
    """What so many agents take that have evidence of many turns, each."""
    connection = Connection(daemon.socket, "person")
    for agent in range(count):
        connection.ask("governor/note_evidence", {"agent_id": f"agent-{agent}", "events": [{"event": "prose_said",
                                                                                             "prose_bytes": 1}]})
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--data-dir", type=Path, help="a folder on the disk to measure (default: the build directory)")
    arguments = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="evidence-", dir=arguments.data_dir or arguments.build_dir))
    try:
        print("| what | figure |\n| --- | --- |")
        with Daemon(arguments.build_dir, directory) as daemon:
            for clients in (1, 8, 64):
                rate = rate_of_events(daemon, clients, arguments.seconds)
                print(f"| events a second, one a request, {clients} clients | {rate:,.0f} |", flush=True)
        shutil.rmtree(directory / "state")
        with Daemon(arguments.build_dir, directory) as daemon:
            before = daemon.bytes_stored()
            sent, rows, turns, seconds = fill(daemon, arguments.events)
            print(f"| events a second, {BATCH} a request | {sent / seconds:,.0f} |")
        with Daemon(arguments.build_dir, directory) as daemon:
            stored = daemon.bytes_stored() - before
            print(f"| {sent:,} events come to | {rows:,} entries, {stored / 1e6:,.0f} MB |")
            print(f"| an entry, a turn of {sent // turns} events | {stored / rows:,.0f} bytes, "
                  f"{stored / turns:,.0f} bytes |")
            print(f"| a start with them | {1000 * daemon.started_in:,.0f} ms |")
            print(f"| the first event of an agent with {rows // 4:,} entries after it | "
                  f"{1000 * ask_timed(daemon, HOT_AGENT):,.1f} ms |")
            print(f"| `governorctl activity`, of all and of that agent | {1000 * daemon.control('activity'):,.0f} ms, "
                  f"{1000 * daemon.control('activity', '--agent', HOT_AGENT):,.0f} ms |")
            memory = daemon.memory()
            memory_of_agents(daemon, LOADED)
            print(f"| memory for an agent that is loaded | {(daemon.memory() - memory) / LOADED:,.0f} KiB |")
            connection = Connection(daemon.socket, "person")
            began = time.monotonic()
            verdict = connection.ask("governor/audit_verify", {})
            print(f"| `audit verify` | {time.monotonic() - began:,.1f} s |")
            if not verdict["ok"]:
                sys.exit(f"the log is not intact: {verdict}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
