"""The stand-in's answers: how many tokens a request costs, and the forms in which it is told.

Everything follows from the request's content alone, so that a trial can be repeated. Figures are tokens.
"""

import hashlib
import json
import random
import re
from dataclasses import dataclass

#: What names a call, somewhere in its prompt.
MARK = re.compile(r"#[0-9a-f]{12}")
#: Asks for so many bytes of text in each part of a stream, however few tokens that is.
_BULK = re.compile(r"bulk=(\d+)")
_ALPHABETS = ["abcdefgh ", "kimi says ", "äöüß", "日本語", "\"quoted\" \\ \n"]


@dataclass
class Piece:
    """A part of an answer: its tokens, its text (never fewer bytes than tokens), and the seconds it takes."""

    tokens: int
    text: str
    seconds: float
    #: Whether the model is still thinking aloud.
    is_reasoning: bool


class Plan:
    """All that will be answered to one request, before any of it is."""

    def __init__(self, request, pace=1.0):
        """pace: the factor for all waiting; 0 answers at once."""
        texts = [str(message.get("content", "")) for message in request.get("messages", [])]
        text = "\n".join(texts)
        self.mark = next(iter(MARK.findall(text)), "")
        self.bulk = min(1 << 20, *map(int, _BULK.findall(text) or [0]))
        caps = [request[name] for name in ("max_tokens", "max_completion_tokens") if request.get(name)]
        self.cap = min(caps, default=64)
        self.streams = bool(request.get("stream"))
        self.asks_for_usage = bool((request.get("stream_options") or {}).get("include_usage"))
        self.random = random.Random(hashlib.sha256(f"{text}|{self.cap}|{self.streams}".encode()).digest())
        self.prompt = self.random.randint(1, max(1, len(text)))
        self.cached = self.random.choice([0, self.random.randint(0, self.prompt)])
        #: Of these, those that the answer tells of.
        self.told_cached = self.cached
        self.completion = self.random.randint(1, self.cap)
        self.think_seconds = pace * self.random.uniform(0.001, 0.03)
        self.pieces = list(self._pieces(pace))

    def _pieces(self, pace):
        left = self.completion
        # No model is faster than that, however much text it makes of its tokens.
        largest = 1 if self.bulk else max(6, self.completion // 24)
        reasoning = self.random.randint(0, self.completion) if self.random.random() < 0.3 else 0
        while left > 0:
            tokens = min(left, self.random.randint(1, largest))
            alphabet = self.random.choice(_ALPHABETS)
            text = (alphabet * (tokens // len(alphabet) + 1))[: tokens + self.random.randint(0, 3)]
            text += "x" * max(0, tokens - len(text.encode()))
            # Bulk has a pace of its own, so that producing it doesn't take the processors from what is being tried.
            seconds = 0.005 if self.bulk else pace * self.random.choice([0, 0.001, 0.003, 0.006, 0.02])
            yield Piece(tokens, text, seconds, self.completion - left < reasoning)
            left -= tokens

    def _text(self, piece):
        return piece.text.ljust(self.bulk, "x")

    # MARK: OpenAI's form

    def _openai_usage(self):
        usage = {"prompt_tokens": self.prompt, "completion_tokens": self.completion,
                 "total_tokens": self.prompt + self.completion}
        if self.cached and self.random.random() < 0.5:
            usage["cached_tokens"] = self.cached
        elif self.cached:
            usage["prompt_tokens_details"] = {"cached_tokens": self.cached}
        return usage

    def openai_answer(self):
        message = {"role": "assistant", "content": "".join(piece.text for piece in self.pieces)}
        return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "kimi-k2.6",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": self._openai_usage()}

    def _openai_chunk(self, choices, **more):
        return _event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "kimi-k2.6",
                       "choices": choices, **more})

    def openai_start(self):
        return [self._openai_chunk([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])]

    def openai_piece(self, piece):
        name = "reasoning_content" if piece.is_reasoning else "content"
        return self._openai_chunk([{"index": 0, "delta": {name: self._text(piece)}, "finish_reason": None}])

    def openai_end(self):
        """The finish chunk and what follows it: the usage in one of its places, or in several, in part or as a whole."""
        whole = self._openai_usage()
        places = ["top", "choice"] + (["extra"] if self.asks_for_usage else [])
        chosen = self.random.sample(places, self.random.choice([1, 1, 2, len(places)]))
        told = {place: dict(whole) for place in chosen}
        if len(chosen) > 1 and self.random.random() < 0.5:
            # Each field stands somewhere, but none of the places has them all.
            told[chosen[0]] = {"prompt_tokens": self.prompt}
            told[chosen[1]] = {"completion_tokens": self.completion}
            if len(chosen) == 2:
                self.told_cached = 0
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        if "choice" in told:
            choice["usage"] = told["choice"]
        finish = self._openai_chunk([choice], **({"usage": told["top"]} if "top" in told else {}))
        extra = [self._openai_chunk([], usage=told["extra"])] if "extra" in told else []
        return [finish, *extra, b"data: [DONE]\n\n"]

    # MARK: Anthropic's form

    def _anthropic_input(self):
        written = self.random.randint(0, self.prompt - self.cached)
        usage = {"input_tokens": self.prompt - self.cached - written}
        if self.cached:
            usage["cache_read_input_tokens"] = self.cached
        if written:
            usage["cache_creation_input_tokens"] = written
        return usage

    def anthropic_answer(self):
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": "kimi-k2.6",
                "content": [{"type": "text", "text": "".join(piece.text for piece in self.pieces)}],
                "stop_reason": "end_turn", "stop_sequence": None,
                "usage": {**self._anthropic_input(), "output_tokens": self.completion}}

    def anthropic_start(self):
        # Kept for the end: some upstreams repeat the figures there.
        self.input = self._anthropic_input()
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "kimi-k2.6", "content": [],
                   "usage": {**self.input, "output_tokens": self.random.choice([0, 1])}}
        block = {"type": "text", "text": ""}
        return [_event({"type": "message_start", "message": message}, "message_start"),
                _event({"type": "content_block_start", "index": 0, "content_block": block}, "content_block_start"),
                _event({"type": "ping"}, "ping")]

    def anthropic_piece(self, piece):
        delta = ({"type": "thinking_delta", "thinking": self._text(piece)} if piece.is_reasoning
                 else {"type": "text_delta", "text": self._text(piece)})
        return _event({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")

    def anthropic_end(self):
        usage = {"output_tokens": self.completion}
        if self.random.random() < 0.3:
            usage = {**self.input, **usage}
        delta = {"stop_reason": "end_turn", "stop_sequence": None}
        return [_event({"type": "content_block_stop", "index": 0}, "content_block_stop"),
                _event({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta"),
                _event({"type": "message_stop"}, "message_stop")]


def _event(value, name=None):
    data = json.dumps(value, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode()
