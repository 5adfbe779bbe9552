"""Line conversations of the harness itself: a child over pipes, or one question on a socket."""

import json
import select
import socket
import subprocess

from .load import DISCOVER
from .workspace import BenchError


class Talker:
    """A child that is sent a line and waited for; it lives on until `close`."""

    def __init__(self, workspace, command, environment):
        self.workspace = workspace
        self.child = workspace.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.pid = self.child.pid

    def send(self, line):
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    def receive(self, seconds=30):
        if not select.select([self.child.stdout], [], [], seconds)[0]:
            raise BenchError(f"{self.child.args[0]} did not reply within {seconds} s")
        line = self.child.stdout.readline()
        if b'"result"' not in line:
            raise BenchError(f"{self.child.args[0]} replied {line[:300]!r}")

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            pass
        self.child.stdout.close()
        self.workspace.stop(self.child)


def open_talkers(workspace, command, count, environment):
    """`count` children, each of which has answered one request."""
    talkers = [Talker(workspace, command, environment) for _ in range(count)]
    for talker in talkers:
        talker.send(DISCOVER)
    for talker in talkers:
        talker.receive()
    return talkers


def close_all(talkers):
    for talker in talkers:
        talker.close()


def ask(path, method, seconds=10):
    """The result of one request without parameters on the daemon's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(str(path))
        connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode() + b"\n")
        with connection.makefile() as lines:
            return json.loads(lines.readline()).get("result", {})
