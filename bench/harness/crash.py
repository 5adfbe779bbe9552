"""P10: acknowledged = stored, also when the daemon is killed under load."""

import os
import signal
import subprocess
import time

from .figures import Row
from .load import run_load
from .servers import daemon_environment
from .workspace import BenchError, listening_process, wait_gone

CLIENTS = 8
KILLS = 3
LONGEST = 60


class Killer:
    """A process of its own that kills whichever daemon listens, some times, at intervals."""

    def __init__(self, socket, interval):
        self.socket, self.interval = socket, interval
        self.pid = os.fork()
        if self.pid == 0:
            signal.alarm(LONGEST)
            os._exit(self.run())

    def run(self):
        killed = 0
        for _ in range(KILLS):
            time.sleep(self.interval)
            pid = listening_process(self.socket)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                wait_gone(pid, 5)
                killed += 1
        return killed

    def finish(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def measure_once(workspace, binaries, settings):
    name = workspace.fresh_name("crash")
    home, data = workspace.sockets / name, workspace.data / name
    home.mkdir(mode=0o700)
    data.mkdir(mode=0o700)
    socket = home / "governor.sock"
    killer = Killer(socket, 0.6)
    try:
        result = run_load(workspace, binaries, "proxies", socket, CLIENTS, 0.6 * (KILLS + 1) + settings.seconds, 0.1,
                          via=[binaries.proxy], environment=daemon_environment(home, data))
    finally:
        killed = killer.finish()
    result["kills"] = killed
    if killed < KILLS:
        raise BenchError(f"only {killed} of {KILLS} kills found a daemon")
    return result


def measure(workspace, binaries, settings, progress):
    results = []
    for number in range(settings.rounds):
        progress(f"round {number + 1}: {CLIENTS} proxies, the daemon killed {KILLS} times")
        try:
            result = measure_once(workspace, binaries, settings)
        except (BenchError, OSError, subprocess.SubprocessError) as error:
            result = {"problem": str(error), "kills": None}
        if "problem" in result:
            progress(f"  {result['problem']}")
        results.append(result)
    return results


def verified_runs(everything):
    """Every load result anywhere in the results that tells, or should tell, acknowledged from stored."""
    if isinstance(everything, dict):
        if "verification" in everything or "kills" in everything:
            yield everything
        for value in everything.values():
            yield from verified_runs(value)
    elif isinstance(everything, list):
        for value in everything:
            yield from verified_runs(value)


def rows(everything):
    runs = list(verified_runs(everything))
    table = []
    for subject, chosen in (("all runs", [run for run in runs if "kills" not in run]),
                            (f"daemon killed {KILLS} times a run", [run for run in runs if "kills" in run])):
        if not chosen:
            continue
        exact = sum("problem" not in run for run in chosen)
        acknowledged = sum(run.get("verification", {}).get("acknowledged", 0) for run in chosen)
        table.append(Row("P10", f"acknowledged = stored, {subject}", ">=", 100, [100 * exact / len(chosen)], " %",
                         f"{exact} of {len(chosen)} runs, {acknowledged} updates"))
    return table
