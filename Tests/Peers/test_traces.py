"""What the platform sends to a collector, read with OpenTelemetry's own message types."""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import openai
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SITE = os.environ["WEB_URL"]
ORIGIN = SITE.replace("127.0.0.1", "localhost")
BODIES = []
_CAME = threading.Condition()


class _Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        with _CAME:
            BODIES.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            _CAME.notify_all()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


# From the beginning: what is sent to nobody is tried again.
threading.Thread(
    target=ThreadingHTTPServer(("127.0.0.1", int(os.environ["OTLP_PORT"])), _Collector).serve_forever, daemon=True).start()


def _read(body):
    """JSON has ids in hexadecimal (OTLP), where protobuf's own form has base 64."""
    message = json.loads(body)
    for each in message["resourceSpans"]:
        for scope in each["scopeSpans"]:
            for span in scope["spans"]:
                for key in ("traceId", "spanId", "parentSpanId"):
                    if key in span:
                        span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    return json_format.ParseDict(message, ExportTraceServiceRequest())


def _spans(trace):
    return [
        span for _, _, body in list(BODIES) for each in _read(body).resource_spans for scope in each.scope_spans
        for span in scope.spans if span.trace_id.hex() == trace]


def _wait(trace, is_there):
    with _CAME:
        came = _CAME.wait_for(lambda: is_there(_spans(trace)), timeout=60)
    assert came, f"only {[(span.name, span.kind) for span in _spans(trace)]}"
    return _spans(trace)


def _attributes(span):
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def test_a_message_in_the_chat_is_one_trace_from_the_click_to_the_model():
    trace, click = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    answer = httpx.post(
        f"{SITE}/chat/messages", data={"text": "I want help with my confidential garden", "key": "traces"},
        headers={"Origin": ORIGIN, "Accept": "*/*", "traceparent": f"00-{trace}-{click}-01"})
    assert answer.status_code == 204, answer.text
    spans = _wait(trace, lambda spans: {"POST /chat/messages", "onboarding.answer", "model call"} <= {s.name for s in spans})
    request = next(span for span in spans if span.name == "POST /chat/messages")
    assert request.parent_span_id.hex() == click and request.kind == Span.SPAN_KIND_SERVER
    assert _attributes(request)["http.response.status_code"] == 204
    job = next(span for span in spans if span.name == "onboarding.answer")
    assert job.parent_span_id == request.span_id and job.kind == Span.SPAN_KIND_CONSUMER
    call = next(span for span in spans if span.name == "model call")
    parent = next(span for span in spans if span.span_id == call.parent_span_id)
    assert parent.kind == Span.SPAN_KIND_CLIENT and parent.name == "POST"
    assert _attributes(call)["gen_ai.usage.output_tokens"] > 0
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)


def test_an_agents_call_is_a_span_in_its_own_trace():
    trace = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    client = openai.OpenAI(base_url=os.environ["TOKEN_PROXY_URL"] + "/v1", api_key=os.environ["PROXY_TOKEN"])
    client.chat.completions.create(
        model="k2p5", messages=[{"role": "user", "content": "What is 2 + 3?"}],
        extra_headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    [span] = _wait(trace, lambda spans: spans)
    assert span.name == "model call" and _attributes(span)["gen_ai.request.model"] == "k2p5"


def test_nothing_that_anybody_wrote_is_in_a_trace():
    assert BODIES
    for path, headers, body in BODIES:
        assert path == "/v1/traces" and headers["X-Key"] == "se,cret"
        for word in (b"confidential", b"2 + 3", os.environ["PROXY_TOKEN"].encode(), b"sk-sandbox"):
            assert word not in body
