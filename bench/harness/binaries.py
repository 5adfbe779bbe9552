"""Building what is measured, and where it lies afterwards."""

import os
import shutil
import subprocess
from pathlib import Path

from .workspace import BenchError

ROOT = Path(__file__).resolve().parents[2]


class Binaries:
    def __init__(self, build):
        self.governord = build / "bin" / "governord"
        self.proxy = build / "bin" / "governor-proxy"
        self.control = build / "bin" / "governorctl"
        peers = build / "bench" / "bin"
        self.load = peers / "load"
        self.spawn_time = peers / "spawn_time"
        self.echo = peers / "echo"
        self.rawlog = peers / "rawlog"
        self.copy_proxy = peers / "copy_proxy"
        self.spawn_peer = peers / "spawn_peer"
        self.count_calls = peers / "count_calls.so"
        self.slow_fsync = peers / "slow_fsync.so"
        self.node_server = ROOT / "bench" / "peers" / "node_server.mjs"
        self.redis = shutil.which("redis-server")
        self.node = shutil.which("node")

    def missing(self):
        """What cannot be measured for want of a program, as text; an empty list when all is there."""
        found = []
        for name, path in vars(self).items():
            if path is None or not Path(path).exists():
                found.append(f"{name}: {path or 'not installed'}")
        return found


def build(build_dir):
    """Configures the release preset into its own directory and builds only what is measured."""
    configure = ["cmake", "--preset", "release", "-B", str(build_dir), "-DGOVERNOR_BENCH=ON"]
    if shutil.which("ccache"):
        configure.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    compile_all = ["cmake", "--build", str(build_dir), "--parallel", str(os.cpu_count() or 2)]
    compile_all += ["--target", "bench_all", "governord", "governor-proxy", "governorctl"]
    for command in (configure, compile_all):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
