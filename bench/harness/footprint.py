"""P8: cold start, the idle daemon, and 64 clients against 64 Node servers."""

import time
from statistics import median

from .conversation import close_all, open_talkers
from .figures import Row
from .load import spawn_times
from .memory import memory_of, total
from .servers import daemon_environment, start_governord
from .workspace import BenchError, end_process, listening_process

CLIENTS = 64


def cold_start(workspace, binaries, home, data):
    """ms from spawning a proxy, with no daemon running, to its first reply."""
    socket = home / "governor.sock"
    environment = daemon_environment(home, data)
    milliseconds = spawn_times(workspace, binaries, 1, [[binaries.proxy]], environment)[0]["p50_ms"]
    pid = listening_process(socket)
    if pid is None:
        raise BenchError("the proxy answered, but no daemon listens")
    if not end_process(pid):
        raise BenchError("the daemon did not end within 10 s of SIGTERM")
    return milliseconds


def cold_starts(workspace, binaries, settings):
    """Medians of several: on an empty state directory, and on one that has been used."""
    first, later = [], []
    for _ in range(settings.cold_starts):
        name = workspace.fresh_name("cold")
        home, data = workspace.sockets / name, workspace.data / name
        home.mkdir(mode=0o700)
        data.mkdir(mode=0o700)
        first.append(cold_start(workspace, binaries, home, data))
        later.append(cold_start(workspace, binaries, home, data))
    return {"first_ms": median(first), "later_ms": median(later)}


def idle_daemon(workspace, binaries):
    """KiB resident after one client has come and gone."""
    with start_governord(workspace, binaries) as server:
        close_all(open_talkers(workspace, [binaries.proxy], 1, server.environment))
        time.sleep(0.5)  # idle is what is measured
        return memory_of(server.child.pid)["rss"]


def our_clients(workspace, binaries):
    """KiB (proportional) of 64 proxies and the daemon."""
    with start_governord(workspace, binaries) as server:
        talkers = open_talkers(workspace, [binaries.proxy], CLIENTS, server.environment)
        proxies = total([talker.pid for talker in talkers], "pss")
        daemon = memory_of(server.child.pid)["pss"]
        close_all(talkers)
    return {"proxies": proxies, "daemon": daemon, "sum": proxies + daemon}


def node_clients(workspace, binaries, count):
    """KiB (proportional) of 64 Node servers; fewer are extrapolated: shared pages once, private ones 64 times."""
    state = workspace.data / workspace.fresh_name("node")
    talkers = open_talkers(workspace, [binaries.node, binaries.node_server, state], count, None)
    pids = [talker.pid for talker in talkers]
    pss, private = total(pids, "pss"), total(pids, "private")
    close_all(talkers)
    whole = pss if count == CLIENTS else (pss - private) + private / count * CLIENTS
    return {"measured": count, "sum": whole}


def measure(workspace, binaries, settings, progress):
    progress("Node servers")
    node = node_clients(workspace, binaries, settings.node_servers)
    rounds = []
    for number in range(settings.rounds):
        progress(f"round {number + 1}: cold starts and memory")
        result = cold_starts(workspace, binaries, settings)
        result["idle_kib"] = idle_daemon(workspace, binaries)
        result["clients_kib"] = our_clients(workspace, binaries)
        result["node_kib"] = node
        rounds.append(result)
    return rounds


def rows(rounds):
    node = rounds[0]["node_kib"]
    how = "all 64 measured" if node["measured"] == CLIENTS else f"extrapolated from {node['measured']}"
    share = [100 * result["clients_kib"]["sum"] / result["node_kib"]["sum"] for result in rounds]
    return [
        Row("P8", "cold start to first reply, used store", "<=", 50, [r["later_ms"] for r in rounds], " ms"),
        Row("P8", "the same, first start ever", "<=", 50, [r["first_ms"] for r in rounds], " ms"),
        Row("P8", "idle daemon resident", "<=", 8, [r["idle_kib"] / 1024 for r in rounds], " MiB"),
        Row("P8", "64 clients and daemon, of 64 Node servers", "<=", 2, share, " %", f"Node: {how}"),
    ]
