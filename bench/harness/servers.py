"""The daemon and its peers, each started on a socket and a data directory of its own."""

import os
import shutil
import subprocess

from .workspace import BenchError, wait_listening


class Server:
    """One running server. Leave the `with` block to end it and delete its data (unless `keep_data`)."""

    def __init__(self, workspace, name, keep_data=None):
        self.workspace = workspace
        self.home = workspace.sockets / workspace.fresh_name(name)
        self.home.mkdir(mode=0o700)
        self.data = keep_data or workspace.data / self.home.name
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._owns_data = keep_data is None
        self.child = None

    def launch(self, command, socket, **options):
        self.socket = socket
        with open(self.data / "output.txt", "ab") as output:
            self.child = self.workspace.start(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options)
        try:
            wait_listening(socket, self.child)
        except BenchError as error:
            said = (self.data / "output.txt").read_text(errors="replace")[-500:]
            raise BenchError(f"{error}: {said.strip()}") from None
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped_in_time = self.workspace.stop(self.child)
        if self._owns_data:
            shutil.rmtree(self.data, ignore_errors=True)


def clean_environment(**added):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GOVERNOR_")}
    return kept | {name: str(value) for name, value in added.items()}


def slow_fsync_environment(binaries, delay_us):
    if delay_us == 0:
        return {}
    return {"LD_PRELOAD": str(binaries.slow_fsync), "BENCH_FSYNC_DELAY_US": str(delay_us)}


def daemon_environment(home, data):
    """For whatever starts a daemon itself (proxies): only its own directories."""
    config = data / "config.json"
    if not config.exists():
        config.write_text("{}\n")
    return clean_environment(GOVERNOR_RUNTIME_DIR=home, GOVERNOR_STATE_DIR=data, GOVERNOR_CONFIG=config)


def start_governord(workspace, binaries, delay_us=0, keep_data=None, preloaded=None):
    server = Server(workspace, "governord", keep_data)
    environment = daemon_environment(server.home, server.data) | slow_fsync_environment(binaries, delay_us)
    environment |= preloaded or {}
    server.environment = environment
    command = [binaries.governord, "--foreground", "--runtime-dir", server.home, "--state-dir", server.data]
    return server.launch(command, server.home / "governor.sock", env=environment)


def launch_redis(workspace, binaries, *settings):
    server = Server(workspace, "redis")
    socket = server.home / "redis.sock"
    command = [binaries.redis, "--port", "0", "--unixsocket", socket, "--dir", server.data]
    command += ["--appendonly", "yes", "--appendfsync", "always", *settings]
    return server.launch(command, socket, env=clean_environment())


def start_redis(workspace, binaries, delay_us=0, keep_data=None):
    # Spared what would only cost it time: snapshots and the rewriting of its log.
    return launch_redis(workspace, binaries, "--save", "", "--auto-aof-rewrite-percentage", "0")


def start_stock_redis(workspace, binaries, delay_us=0, keep_data=None):
    # With them, as it must run for longer than its disk lasts.
    return launch_redis(workspace, binaries)


def start_rawlog(workspace, binaries, delay_us=0, keep_data=None):
    server = Server(workspace, "rawlog", keep_data)
    socket = server.home / "rawlog.sock"
    environment = clean_environment() | slow_fsync_environment(binaries, delay_us)
    return server.launch([binaries.rawlog, socket, server.data / "log"], socket, env=environment)


def start_echo(workspace, binaries, delay_us=0, keep_data=None):
    server = Server(workspace, "echo", keep_data)
    socket = server.home / "echo.sock"
    return server.launch([binaries.echo, socket], socket, env=clean_environment())
