"""Rules that an engine of ours does not keep, and why. Nothing may stand here that is kept: the
tests say so, and the line goes."""

FAST = ("fast",)
KERNEL = ("epoll", "kqueue")  # where the list of descriptors lies in the kernel
ANY = (*KERNEL, "select", "poll")

# rule: (engines, multiplexers, why)
KNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "predicates_of_an_instance": (
        FAST,
        ANY,
        "nobody asks an idle channel again, so that a predicate it is given goes unseen",
    ),
    "a_handler_of_an_instance": (
        FAST,
        ANY,
        "nobody asks an idle channel again, so that a handle_write it is given goes unseen",
    ),
    "predicates_changed_on_the_class": (
        FAST,
        ANY,
        "nobody asks an idle channel again, so that a predicate its class is given goes unseen",
    ),
    "an_entry_exchanged": (
        FAST,
        ANY,
        "an edit of the map is noticed by its length, which an exchange leaves as it is",
    ),
    "a_map_swapped_by_hand": (
        FAST,
        ANY,
        "an edit of the map is noticed by its length, which an exchange leaves as it is",
    ),
    "dup2_under_a_channel": (
        FAST,
        KERNEL,
        "epoll watches files, not numbers: it forgets a file that dup2 closes, and tells nobody",
    ),
}


def known(engine: str, mux: str, rule: str) -> str:
    """Why this engine may break this rule; empty if it may not."""
    engines, muxes, why = KNOWN.get(rule, ((), (), ""))
    return why if engine in engines and mux in muxes else ""
