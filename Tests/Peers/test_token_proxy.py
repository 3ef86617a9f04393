"""The token proxy in front of the Kimi sandbox, as the vendors' own clients see it.

TOKEN_PROXY_URL: the proxy's root. PROXY_TOKEN: a token of a customer with a Pro plan and tokens left.
"""

import base64
import os

import anthropic
import httpx
import openai
import pytest

PROXY = os.environ["TOKEN_PROXY_URL"]
TOKEN = os.environ["PROXY_TOKEN"]
MODEL = "k2p5"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.fixture
def client():
    return openai.OpenAI(base_url=f"{PROXY}/v1", api_key=TOKEN, max_retries=2)


@pytest.fixture(params=["", "/anthropic"])
def messages(request):
    return anthropic.Anthropic(base_url=PROXY + request.param, api_key=TOKEN, max_retries=2).messages


def said(text):
    return [{"role": "user", "content": text}]


def test_answers_in_one_piece(client):
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=said("what is 2+3"))
    assert "5" in raw.parse().choices[0].message.content
    assert raw.headers["x-request-id"] and int(raw.headers["x-usage-remaining"]) > 0


@pytest.mark.parametrize("asks", [False, True])
def test_streams_and_adds_no_chunk_that_was_not_asked_for(client, asks):
    options = {"stream_options": {"include_usage": True}} if asks else {}
    chunks = list(client.chat.completions.create(
        model=MODEL, messages=said("[sandbox usage=extra] hello"), stream=True, **options))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert (chunks[-1].choices == []) == asks


@pytest.mark.parametrize("stream", [False, True])
def test_calls_tools(client, stream):
    answer = client.chat.completions.create(
        model=MODEL, messages=said('[sandbox tool=weather {"city": "Lisboa"}]'), stream=stream,
        tools=[{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}])
    if stream:
        calls = [call for chunk in answer for choice in chunk.choices for call in choice.delta.tool_calls or []]
    else:
        calls = answer.choices[0].message.tool_calls
    assert [(call.function.name, call.function.arguments) for call in calls] == [("weather", '{"city": "Lisboa"}')]


def test_takes_images(client):
    image = base64.b64encode(os.urandom(3 << 20)).decode()
    answer = client.chat.completions.create(model=MODEL, max_tokens=100, messages=[{"role": "user", "content": [
        {"type": "text", "text": "hello"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}}]}])
    assert answer.choices[0].message.content


@pytest.mark.parametrize("text, error", [
    ("401 invalid_authentication_error", openai.InternalServerError), ("504 page", openai.InternalServerError),
    ("429 exceeded_current_quota_error", openai.InternalServerError), ("429 engine_overloaded_error", openai.RateLimitError),
    ("400 content_filter", openai.BadRequestError)])
def test_tells_errors_in_json(client, text, error):
    with pytest.raises(error) as caught:
        client.with_options(max_retries=0).chat.completions.create(model=MODEL, messages=said(f"[sandbox error={text}]"))
    assert caught.value.response.headers["content-type"].startswith("application/json")


def test_refuses_strangers_and_unknown_models(client):
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="ocp_wrong").chat.completions.create(model=MODEL, messages=said("hello"))
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="gpt-5", messages=said("hello"))
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model=MODEL, messages=said("hello"), n=2)
    assert MODEL in [model.id for model in client.models.list()]


def test_survives_clients_that_leave(client):
    for _ in range(3):
        with client.chat.completions.create(
                model=MODEL, messages=said("[sandbox words=1000]"), max_tokens=1500, stream=True) as stream:
            next(iter(stream))
    assert httpx.get(f"{PROXY}/readyz").status_code == 200


def test_answers_in_anthropics_form(messages):
    answer = messages.create(model=MODEL, max_tokens=200, messages=said("hello"))
    assert answer.content[0].text and answer.usage.output_tokens > 0


def test_streams_in_anthropics_form(messages):
    with messages.stream(model=MODEL, max_tokens=200, messages=said("hello")) as stream:
        assert "".join(stream.text_stream)
        assert stream.get_final_message().stop_reason == "end_turn"


def test_calls_tools_in_anthropics_form(messages):
    with messages.stream(
            model=MODEL, max_tokens=200, messages=said('[sandbox tool=weather {"city": "Lisboa"}]'),
            tools=[{"name": "weather", "input_schema": WEATHER}]) as stream:
        answer = stream.get_final_message()
    assert [(block.name, block.input) for block in answer.content] == [("weather", {"city": "Lisboa"})]


def test_tells_errors_in_anthropics_form(messages):
    with pytest.raises(anthropic.NotFoundError) as caught:
        messages.create(model="claude", max_tokens=200, messages=said("hello"))
    assert caught.value.body["error"]["code"] == "model_not_found"


def note(words="Buy some bread", size=20_000):
    return ("voice.ogg", f"OggS SANDBOX_SAYS={words}\n".encode().ljust(size, b"."), "audio/ogg")


def test_writes_a_voice_note_down(client):
    written = client.audio.transcriptions.create(model="whisper-1", file=note())
    assert written.text == "Buy some bread" and written.usage.seconds == 10
    verbose = client.audio.transcriptions.create(model="whisper-1", file=note(), response_format="verbose_json")
    assert verbose.duration == 10
    assert "bread" in client.audio.transcriptions.create(model="whisper-1", file=note(), response_format="text")


@pytest.mark.parametrize("changes, error", [
    ({"model": "whisper-9"}, openai.NotFoundError),
    ({"file": ("voice.txt", b"words", "text/plain")}, openai.BadRequestError),
    ({"file": ("voice.ogg", b"short", "audio/ogg")}, openai.BadRequestError),
    ({"response_format": "xml"}, openai.BadRequestError),
])
def test_refuses_what_cannot_be_written_down(client, changes, error):
    with pytest.raises(error):
        client.audio.transcriptions.create(**{"model": "whisper-1", "file": note(), **changes})
