#!/usr/bin/env python3
"""What leases of a shared workspace cost through whole daemons, against pgbench doing the same rows, and whether local updates
are slower where a daemon shares something. A private PostgreSQL on this machine, with fsync.

    bench/shared/daemons.py [--build-dir DIR] [--rounds N] [--seconds S] [--clients N]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import binaries as programs  # noqa: E402
from harness.load import run_load  # noqa: E402
from harness.servers import start_governord  # noqa: E402
from harness.workspace import BenchError, Workspace  # noqa: E402

POSTGRES = programs.ROOT / "tests" / "support" / "postgres_server.sh"
ROWS = programs.ROOT / "bench" / "shared" / "run.sh"
UPDATING_CLIENTS = 64


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, default=programs.ROOT / "build" / "bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=16, help="of each daemon, each with one request at a time")
    return parser.parse_args()


def state_directory(workspace, shared):
    data = workspace.data / workspace.fresh_name("state")
    data.mkdir(mode=0o700)
    (data / "config.json").write_text(json.dumps({"shared": shared} if shared else {}) + "\n")
    return data


def lease_rate(workspace, binaries, address, daemons, arguments):
    """Leases taken and released in a second by so many daemons together, and the p99 of one of these in ms."""
    with ExitStack() as stack:
        loads = []
        for number in range(daemons):
            clone = workspace.data / workspace.fresh_name("clone")
            clone.mkdir()
            subprocess.run(["git", "init", "--quiet", clone], check=True)
            data = state_directory(workspace, {"database": address, "workspaces": [{"top": str(clone), "name": "bench"}]})
            server = stack.enter_context(start_governord(workspace, binaries, keep_data=data))
            command = [binaries.load, "--target", "governor-lease", "--socket", server.socket, "--clients",
                       arguments.clients, "--seconds", arguments.seconds, "--warmup", 1, "--directory",
                       f"{clone}/of-{number}"]
            loads.append(command)
        children = [subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
                    for command in loads]
        results = [json.loads(child.communicate(timeout=120)[0]) for child in children]
    for result in results:
        if result["errors"]:
            raise BenchError(f"leases: {result['first_error']}")
    return sum(result["ops_per_s"] for result in results), max(result["p99_us"] for result in results) / 1000


def row_rates(address_directory, daemons, seconds):
    """The same rows in plain statements by pgbench, and through the functions, in one workspace."""
    environment = os.environ | {"GOVERNOR_BENCH_SERVER": str(address_directory)}
    output = subprocess.run([ROWS, str(int(seconds)), str(daemons)], check=True, text=True, capture_output=True,
                            env=environment).stdout
    plain, functions, _ = output.split("\n")[1].split()[2:]
    return float(plain), float(functions)


def update_rate(workspace, binaries, shared, arguments):
    with start_governord(workspace, binaries, keep_data=state_directory(workspace, shared)) as server:
        result = run_load(workspace, binaries, "governor", server.socket, UPDATING_CLIENTS, arguments.seconds)
    if "problem" in result:
        raise BenchError(result["problem"])
    return result["ops_per_s"]


def spread(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g}..{max(values):.3g})"


def measure(workspace, binaries, address, directory, arguments):
    for daemons in (1, 3):
        rates, rows, functions, slowest = [], [], [], []
        for _ in range(arguments.rounds):
            rate, p99 = lease_rate(workspace, binaries, address, daemons, arguments)
            plain, called = row_rates(directory, daemons, arguments.seconds)
            rates.append(rate)
            slowest.append(p99)
            rows.append(rate / plain)
            functions.append(rate / called)
        print(f"{daemons} daemon(s), {arguments.clients} clients each: {spread(rates)} operations/s, p99 "
              f"{spread(slowest)} ms; against pgbench, {daemons} connection(s): plain rows {spread(rows)}, the "
              f"functions {spread(functions)}", flush=True)
    ratios = []
    for number in range(arguments.rounds):
        sides = [None, {"database": address, "workspaces": [{"top": str(workspace.data), "name": "bench"}]}]
        rates = {}
        for shared in sides if number % 2 == 0 else reversed(sides):
            rates[shared is not None] = update_rate(workspace, binaries, shared, arguments)
        ratios.append(rates[True] / rates[False])
    print(f"local updates at {UPDATING_CLIENTS} clients where leases are shared, against without: {spread(ratios)}")


def main():
    arguments = parse_arguments()
    binaries = programs.Binaries(arguments.build_dir.resolve())
    with Workspace(arguments.build_dir.resolve()) as workspace:
        directory = Path(tempfile.mkdtemp(prefix="gov-bench-"))  # whose owner is another where root runs this
        environment = os.environ | {"FSYNC": "on"}
        try:
            subprocess.run([POSTGRES, "start", directory], check=True, env=environment, stdout=subprocess.DEVNULL)
            address = f"postgresql://tester@/postgres?host={directory}"
            subprocess.run([binaries.governord, "shared", "init", address], check=True, stdout=subprocess.DEVNULL)
            measure(workspace, binaries, address, directory, arguments)
        except (BenchError, subprocess.SubprocessError) as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            subprocess.run([POSTGRES, "stop", directory], check=False)
            shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
