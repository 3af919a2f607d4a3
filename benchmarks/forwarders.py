"""Who forwards in the benchmark of the forwarders, and how each is started.

Every one listens on 127.0.0.1 and forwards to one backend. Programs of others get a configuration
that lets them do their best on one core: one process, one thread, no log, no buffer on disk.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import rig

SERVERS = rig.HERE / "servers"
REFERENCE = rig.ROOT / "solutions/09_forwarder/forwarder.py"
STREAM_MODULES = (  # where distributions put nginx's stream module, if it is not built in
    Path("/usr/lib/nginx/modules/ngx_stream_module.so"),
    Path("/usr/lib64/nginx/modules/ngx_stream_module.so"),
    Path("/usr/share/nginx/modules/ngx_stream_module.so"),
)
PATIENCE = 10.0  # seconds until a program of others listens


@dataclass(frozen=True)
class Forwarder(rig.Server):
    """`program`: a file of Python, a program of others by its name, or a C one of ours."""

    kind: str = "python"  # built: by rig.build; others: `command` says how it starts
    command: Callable[[int, int, Path], list[str]] | None = None  # port, target, folder
    target: int = 0  # the backend's port
    folder: Path = Path()  # what was built, and configurations

    def start(self, python: str, core: int) -> tuple[rig.Process, int]:
        if self.kind == "others":
            return self.start_other(core)
        if self.kind == "built":
            command = [str(self.folder / self.program), *self.args, str(self.target)]
        else:
            to = ["--to", f"127.0.0.1:{self.target}"]
            path = str(SERVERS / self.program)  # an absolute one stays what it is
            command = [python, "-u", "-W", "ignore", path, "--port", "0", *to, *self.args]
        return rig.listening(command, core, self.engine)

    def start_other(self, core: int) -> tuple[rig.Process, int]:
        """It does not say where it listens: it is told, and tried."""
        assert self.command
        port = free_port()
        process = rig.Process(self.command(port, self.target, self.folder), core)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return process, port
            time.sleep(0.02)
        process.stop()
        raise rig.Failed(f"{self.program} does not listen: {process.last or 'no word from it'}")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def socat(port: int, target: int, folder: Path) -> list[str]:
    listen = f"TCP-LISTEN:{port},bind=127.0.0.1,backlog=4096,reuseaddr,fork"
    return ["socat", listen, f"TCP:127.0.0.1:{target}"]


def haproxy(port: int, target: int, folder: Path) -> list[str]:
    path = folder / "haproxy.cfg"
    path.write_text(f"""global
    nbthread 1
    maxconn 2000
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    option splice-auto
listen forward
    bind 127.0.0.1:{port}
    server backend 127.0.0.1:{target}
""")
    return ["haproxy", "-db", "-q", "-f", str(path)]


def nginx(port: int, target: int, folder: Path) -> list[str]:
    path = folder / "nginx.conf"
    module = next((path for path in STREAM_MODULES if path.is_file()), None)
    load = f"load_module {module};\n" if module else ""
    path.write_text(f"""{load}daemon off;
master_process off;
user root;
pid {folder}/nginx.pid;
error_log stderr crit;
worker_rlimit_nofile 65536;
events {{ worker_connections 10000; }}
stream {{
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        proxy_pass 127.0.0.1:{target};
        proxy_buffer_size 64k;
        proxy_timeout 1h;
        tcp_nodelay on;
    }}
}}
""")
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(path)]


def why_no_nginx() -> str:
    """nginx may be there without what forwards."""
    built = subprocess.run(["nginx", "-V"], capture_output=True, text=True).stderr
    if any(path.is_file() for path in STREAM_MODULES) or (
        "--with-stream" in built and "--with-stream=dynamic" not in built
    ):
        return ""
    return "nginx has no stream module here (Debian, Ubuntu: apt-get install libnginx-mod-stream)"


def all_forwarders() -> list[Forwarder]:
    """In the order of the tables; `base` is the C forwarder that each is compared with."""
    ours, solutions = str(REFERENCE), rig.ROOT / "solutions"
    article = "forward_article.py"
    return [
        Forwarder("c-copy", "C, recv and send", "forward", args=("copy",), kind="built"),
        Forwarder("c-splice", "C, splice", "forward", args=("splice",), kind="built"),
        Forwarder("fast", "ours, fast engine", ours, solutions / "fast"),
        Forwarder("asked", "the same, ends asked", "forward_asked.py", solutions / "fast"),
        Forwarder("reference", "ours, reference engine", ours, solutions, select=True),
        Forwarder("article", "the article's", article, standard=True),
        Forwarder(
            "article-nodelay", "the same, TCP_NODELAY", article, args=("--nodelay",),
            standard=True,
        ),
        Forwarder("protocol", "asyncio Protocol", "forward_protocol.py"),
        Forwarder("streams", "asyncio streams", "forward_streams.py"),
        Forwarder("socat", "socat", "socat", kind="others", command=socat),
        Forwarder("haproxy", "haproxy", "haproxy", kind="others", command=haproxy),
        Forwarder("nginx", "nginx stream", "nginx", kind="others", command=nginx),
    ]  # fmt: skip


def why_not(server: Forwarder, load: rig.Load, *, standard: bool) -> str:
    """Why this forwarder is left out under this load; "" if it runs."""
    if server.kind == "others":
        if not shutil.which(server.program):
            return f"it is not installed (Debian, Ubuntu: apt-get install {server.program})"
        return why_no_nginx() if server.program == "nginx" else ""
    return rig.why_not(server, load, quick=False, standard=standard)


def load_named(name: str) -> rig.Load:
    """busy-N (64 bytes there and back), trip-N (64 KiB) or down-N (8 MiB for 64 bytes)."""
    kind, _, number = name.partition("-")
    if kind not in ("busy", "trip", "down") or not number.isdecimal() or int(number) == 0:
        raise ValueError(f"no load {name!r}: busy-N, trip-N or down-N, N a number from 1")
    size = rig.BULK if kind == "trip" else 64
    return Load(name, int(number), 0, size, DOWNLOAD if kind == "down" else 0)


DOWNLOAD = 8 << 20


class Load(rig.Load):
    @property
    def title(self) -> str:
        number = f"{self.busy:,} connection{'s' if self.busy > 1 else ''}"
        if self.answer:
            return f"download on {number}, {self.answer >> 20} MiB at a time"
        size = f"{self.size // 1024} KiB" if self.size >= 1024 else f"{self.size} bytes"
        return f"round trips of {size} on {number}"

    @property
    def fds(self) -> int:
        return 2 * self.busy + rig.SPARE_FDS  # a session has two ends
