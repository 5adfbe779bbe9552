"""A private directory for one run, and every process started in it, ended by pid."""

import ctypes
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class BenchError(Exception):
    """A step that gave no figure; the text says why."""


def die_with_parent():
    # Whatever ends the harness, SIGKILL included, ends its servers too.
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_gone(pid, seconds):
    """True when the process has ended within the time. Works for processes that are not our children."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def end_process(pid, seconds=10):
    """SIGTERM, then SIGKILL after `seconds`; true when the first was enough."""
    try:
        os.kill(pid, signal.SIGTERM)
        if wait_gone(pid, seconds):
            return True
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return True
    wait_gone(pid, seconds)
    return False


def listening_process(path):
    """The pid that listens on a Unix socket, or None."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return None
        return struct.unpack("iII", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def filesystem_of(path):
    output = subprocess.run(["df", "--output=fstype", str(path)], capture_output=True, text=True, check=True).stdout
    return output.split()[-1]


def processes_naming(text):
    """Pids of the user's processes whose arguments or environment hold `text`, this one excepted.

    With the unique name of our directory: the daemons that proxies started, which are not our children.
    """
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            words = (directory / "cmdline").read_bytes() + (directory / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in words and int(directory.name) != os.getpid():
            yield int(directory.name)


class Workspace:
    """`data` is on a real disk, because fsync must be real; `sockets` is short, because sun_path is."""

    def __init__(self, parent):
        parent.mkdir(parents=True, exist_ok=True)
        if filesystem_of(parent) == "tmpfs":
            raise BenchError(f"{parent} is on tmpfs, where fsync costs nothing: give --data-dir on a real disk")
        self.data = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        self.sockets = Path(tempfile.mkdtemp(prefix="governor-bench-"))
        self._children = []
        self._counter = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in list(self._children):
            self.stop(child)
        for pid in processes_naming(str(self.sockets)):
            end_process(pid)
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def fresh_name(self, stem):
        self._counter += 1
        return f"{stem}-{self._counter}"

    def start(self, command, **options):
        child = subprocess.Popen([str(part) for part in command], preexec_fn=die_with_parent, **options)
        self._children.append(child)
        return child

    def stop(self, child):
        """Returns false when the process had to be killed."""
        if child in self._children:
            self._children.remove(child)
        if child.poll() is not None:
            return True
        child.terminate()
        try:
            child.wait(15)
            return True
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return False


def wait_listening(path, child, seconds=15):
    """Until the server accepts; there is nothing to block on before its socket exists."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if child is not None and child.poll() is not None:
            raise BenchError(f"{Path(child.args[0]).name} ended at start with code {child.returncode}")
        if listening_process(path) is not None:
            return
        time.sleep(0.002)
    raise BenchError(f"nobody listens on {path} after {seconds} s")
