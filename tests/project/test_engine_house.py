"""Exercises of the engine, on a small course: judged, shown and kept."""


def outcomes(records):
    return {f"{r['exercise']} {r['check']}": r.get("fault") or r.get("engine") for r in records}


def test_the_engine_begins_with_the_holes_of_every_exercise(mini):
    text = mini.engine.read_text("utf-8")
    for todo in ("96.1 loop", "96.1 dispatcher.add_channel", "97.1 dispatcher_with_send.send"):
        assert f'raise NotImplementedError("TODO {todo}")' in text
    assert "return b'HELLO\\n'  # TODO 96.2 dispatcher.greeting\n" in text
    assert "dispatcher.close(self)  # TODO 97.2 dispatcher_with_send.close\n" in text


def test_programs_run_on_the_engine_of_the_target(mini):
    mini.solve()
    records = mini.records("--all")
    assert {r["outcome"] for r in records} == {"passed"}, records
    assert {r["engine"] for r in records} == {"target"}


def test_a_hole_is_named_where_it_is(mini):
    records = mini.records("--all")
    assert outcomes(records) == {
        "96.1 imports": "target",
        "96.1 answers": "not-implemented",
        "96.2 greets": "not-implemented",
        "97.1 echo": "not-implemented",
        "97.2 bye": "not-implemented",
        "98.1 echo": "not-implemented",
        "98.1 another": "reference",
    }
    for record in records[1:5]:
        assert record["where"]["file"] == "asyncore.py"
        assert record["where"]["source"].startswith("raise NotImplementedError")
    assert records[5]["where"]["file"] == "client.py"
