"""The parts of the probes ECHO, BIGHALF and STALL that need no program."""

import socket
import struct

import pytest

from looplab.checks import echo, proc
from looplab.checks.peer import Peer
from looplab.checks.timeline import Noise, Timeline, packed, unpacked
from looplab.checks.victims import Victim
from looplab.course import ROOT


def test_noise_is_kept_as_its_key():
    noise = Noise(7, 1 << 20)
    assert len(packed(noise)) < 30
    assert unpacked(packed(noise)) == noise == Noise(7, 1 << 20)
    assert noise != Noise(8, 1 << 20)
    assert unpacked(packed(b"noise:7:3")) == b"noise:7:3"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"", b"", 0),
        (b"abc", b"", 0),
        (b"abc", b"abc", 3),
        (b"abcd", b"abc", 3),
        (b"xbc", b"abc", 0),
        (b"a" * 1000 + b"x", b"a" * 1001, 1000),
    ],
)
def test_how_far_two_are_the_same(one, other, same):
    assert echo.in_common(one, other) == echo.in_common(other, one) == same


def test_a_gap_is_told_from_other_bytes():
    data = bytes(Noise(1, 1000))
    assert echo.is_gap(data[:300] + data[500:], data, 300)
    assert not echo.is_gap(data[:300] + data[:500], data, 300)  # sent twice
    assert not echo.is_gap(data[:300] + b"something else", data, 300)
    assert not echo.is_gap(data[:300], data, 300)  # it ends there


@pytest.mark.skipif(not proc.LINUX, reason="/proc tells it")
def test_what_is_under_way_or_unread():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with (
            socket.create_connection(("127.0.0.1", port)) as client,
            listener.accept()[0] as server,
        ):
            assert proc.backlog({port}) == 0
            client.sendall(b"x" * 1000)
            assert proc.backlog({port}) == 1000
            server.recv(400)
            assert proc.backlog({port}) == 600


@pytest.mark.skipif(not proc.LINUX, reason="the kernel tells it")
def test_what_a_reset_has_thrown_away_is_not_under_way():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        with client:
            listener.accept()[0].close()
            client.recv(1)  # its EOF; now it sends to nobody
            client.sendall(b"x" * 1000)
            with pytest.raises(BrokenPipeError):
                while True:
                    client.sendall(b"x")
            assert proc.delivered(client)


def test_a_reset_is_heard_of_without_reading():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    peer = Peer("A", ours, Timeline(), lambda peer: None)
    peer.is_served(reading=False, port=0)
    peer.look()
    assert not peer.was_reset
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    peer.look()
    assert peer.was_reset and not peer.open


def test_a_victim_listens_and_ends():
    victim = Victim(ROOT / "tests" / "programs" / "echoes.py", seed=0)
    try:
        host, port = victim.address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as sock:
            sock.sendall(b"hello")
            assert sock.recv(10) == b"hello"
    finally:
        victim.close()
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), timeout=10)


def test_a_victim_that_does_not_start_is_our_fault(tmp_path):
    program = tmp_path / "broken.py"
    program.write_text("raise SystemExit('no')")
    with pytest.raises(RuntimeError, match=r"broken\.py does not start"):
        Victim(program, seed=0)
