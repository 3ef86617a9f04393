"""The Kimi sandbox, as the vendors' own clients see it. SANDBOX_URL: its root, such as http://127.0.0.1:8090."""

import os

import anthropic
import openai
import pytest

SANDBOX = os.environ["SANDBOX_URL"]
MODEL = "kimi-k2.6"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.fixture
def client():
    return openai.OpenAI(base_url=f"{SANDBOX}/v1", api_key="sk-peer", max_retries=0)


@pytest.fixture
def messages():
    return anthropic.Anthropic(base_url=SANDBOX, api_key="sk-peer", max_retries=0).messages


def said(text):
    return [{"role": "user", "content": text}]


def test_answers_in_one_piece(client):
    answer = client.chat.completions.create(model=MODEL, messages=said("what is 2+3"))
    assert "5" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_streams_words(client):
    stream = client.chat.completions.create(
        model=MODEL, messages=said("hello"), stream=True, stream_options={"include_usage": True})
    chunks = list(stream)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices).startswith("Hello")
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_calls_tools(client, stream):
    answer = client.chat.completions.create(
        model=MODEL, messages=said('[sandbox tool=weather {"city": "Lisboa"}]'), stream=stream,
        tools=[{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}])
    if stream:
        calls = [call for chunk in answer for choice in chunk.choices for call in choice.delta.tool_calls or []]
    else:
        assert answer.choices[0].finish_reason == "tool_calls"
        calls = answer.choices[0].message.tool_calls
    assert [(call.function.name, call.function.arguments) for call in calls] == [("weather", '{"city": "Lisboa"}')]


def test_thinks_aloud(client):
    answer = client.chat.completions.create(model=MODEL, messages=said("[sandbox reasoning] hello"))
    assert answer.choices[0].message.reasoning_content


@pytest.mark.parametrize("status, error", [
    (400, openai.BadRequestError), (401, openai.AuthenticationError), (403, openai.PermissionDeniedError),
    (429, openai.RateLimitError), (500, openai.InternalServerError), (504, openai.InternalServerError)])
def test_fails_on_request(client, status, error):
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=MODEL, messages=said(f"[sandbox error={status} some_error]"))
    assert caught.value.status_code == status


def test_knows_no_retired_models_and_no_foreign_keys(client):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="kimi-k2.5", messages=said("hello"))
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="other").models.list()
    assert MODEL in [model.id for model in client.models.list()]


def test_answers_in_anthropics_form(messages):
    answer = messages.create(model=MODEL, max_tokens=200, messages=said("hello"))
    assert answer.content[0].text.startswith("Hello")
    assert answer.stop_reason == "end_turn"
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0


def test_streams_in_anthropics_form(messages):
    with messages.stream(model=MODEL, max_tokens=200, messages=said("hello")) as stream:
        assert "".join(stream.text_stream).startswith("Hello")
        assert stream.get_final_message().usage.output_tokens > 1


@pytest.mark.parametrize("stream", [False, True])
def test_calls_tools_in_anthropics_form(messages, stream):
    request = dict(
        model=MODEL, max_tokens=200, messages=said('[sandbox tool=weather {"city": "Lisboa"}]'),
        tools=[{"name": "weather", "input_schema": WEATHER}])
    if stream:
        with messages.stream(**request) as events:
            answer = events.get_final_message()
    else:
        answer = messages.create(**request)
    assert answer.stop_reason == "tool_use"
    assert [(block.name, block.input) for block in answer.content] == [("weather", {"city": "Lisboa"})]


def test_fails_in_anthropics_form(messages):
    with pytest.raises(anthropic.RateLimitError) as caught:
        messages.create(model=MODEL, max_tokens=200, messages=said("[sandbox error=429 rate_limit_error]"))
    assert caught.value.body["type"] == "error"
