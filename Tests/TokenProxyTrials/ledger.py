"""What the stand-in for the model API has produced: the truth that the product's books are held against.

It lives in the harness's own process, so nothing that happens to the token proxy can touch it.
"""

from dataclasses import dataclass, field


def units(input, cached, output):
    """What tokens weigh: the product's limits count these."""
    return input - cached + -(-cached // 6) + 4 * output


@dataclass
class Entry:
    """One call as the upstream saw it, by the proxy's id of the call. Tokens, unless said otherwise."""

    request_id: str
    #: Names the client's call; it stands in the prompt.
    mark: str
    #: The cap on the answer that reached the upstream.
    cap: int
    input: int = 0
    #: The part of the input that it was told to have had in the cache.
    cached: int = 0
    output: int = 0
    #: How often a request with this id arrived; a second one is produced, and counted, on top.
    arrivals: int = 0
    #: How many of its answers were written to their ends.
    finished: int = 0

    @property
    def units(self):
        return units(self.input, self.cached, self.output)


@dataclass
class Ledger:
    """All calls, and whatever reached the upstream that is not a call a proxy should forward."""

    entries: dict[str, Entry] = field(default_factory=dict)
    oddities: list[str] = field(default_factory=list)

    def arrive(self, request_id, mark, cap):
        entry = self.entries.setdefault(request_id, Entry(request_id, mark, cap))
        entry.arrivals += 1
        return entry

    @property
    def units(self):
        return sum(entry.units for entry in self.entries.values())

    def take(self):
        """Empties the ledger, for trials that count round by round. Only when no call is under way."""
        entries, self.entries = self.entries, {}
        return entries
