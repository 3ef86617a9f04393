"""The platform's tools, as the official MCP client sees them.

TOOLS_URL: the address of the MCP server. PROXY_TOKEN: a token of an agent. DATA_DIR: where the platform's rows are.
"""

import asyncio
import datetime
import os
import sqlite3

import httpx
import httpx2
import pytest
from mcp import ClientSession
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

URL = os.environ["TOOLS_URL"]
TOKEN = os.environ["PROXY_TOKEN"]
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
NAMES = {"reminders_set", "reminders_list", "reminders_cancel", "usage_left", "time_zone_set"}


def talk(body):
    """Runs `body` with a session that has been initialized."""
    async def run():
        async with httpx2.AsyncClient(headers=HEADERS) as http:
            async with streamable_http_client(URL, http_client=http) as (read, write):
                async with ClientSession(read, write) as session:
                    return await body(session, await session.initialize())
    return asyncio.run(run())


def call(name, **arguments):
    """What a model reads of one call, and whether it is an error."""
    async def body(session, _):
        result = await session.call_tool(name, arguments)
        return result.content[0].text, result.is_error
    return talk(body)


def rows(sql):
    with sqlite3.connect(f"file:{os.environ['DATA_DIR']}/openclaw-cloud.sqlite?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def tomorrow(days=1):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT09:00")


def test_opens_a_session_and_lists_the_tools():
    async def body(session, opened):
        await session.send_ping()
        return opened, (await session.list_tools()).tools
    opened, tools = talk(body)
    assert opened.protocol_version == "2025-11-25" and opened.server_info.name == "openclaw-cloud"
    assert {tool.name for tool in tools} == NAMES
    for tool in tools:
        assert tool.description and tool.input_schema["type"] == "object"


def test_a_client_that_tries_a_newer_protocol_first_falls_back():
    async def run():
        async with httpx2.AsyncClient(headers=HEADERS) as http:
            async with Client(streamable_http_client(URL, http_client=http), mode="auto") as client:
                return {tool.name for tool in (await client.list_tools()).tools}
    assert asyncio.run(run()) == NAMES


def test_sets_lists_and_cancels_a_reminder():
    text, failed = call("time_zone_set", zone="America/Sao_Paulo")
    assert not failed and "America/Sao_Paulo" in text
    text, failed = call("reminders_set", text="Pay the rent", when=tomorrow(2), repeat="weekdays")
    assert not failed and text.startswith("Reminder ")
    number = int(text.split()[1])
    assert rows(f"SELECT body, repeats, ended_at FROM reminders WHERE number = {number}") == [
        ("Pay the rent", "weekdays", None)]
    assert rows("SELECT id FROM jobs WHERE kind = 'reminders.send' AND state IN ('queued', 'running')")
    text, failed = call("reminders_list")
    assert not failed and f"\n{number}: " in text and "weekdays: Pay the rent" in text
    text, failed = call("reminders_cancel", id=number)
    assert not failed and text == f"Reminder {number} is cancelled."
    assert rows(f"SELECT end_reason FROM reminders WHERE number = {number}") == [("cancelled",)]


def test_tells_what_is_left_for_nothing():
    before = rows("SELECT count(*) FROM usage_events")
    text, failed = call("usage_left")
    assert not failed and "units are left" in text
    assert rows("SELECT count(*) FROM usage_events") == before


@pytest.mark.parametrize(("name", "arguments", "words"), [
    ("reminders_set", {"text": "x", "when": "2020-01-01T09:00"}, "That time has passed: it is now 20"),
    ("reminders_set", {"text": "x", "when": "tomorrow"}, "\"when\" must be the owner's local time"),
    ("reminders_cancel", {"id": 4711}, "No reminder 4711 is waiting."),
    ("time_zone_set", {"zone": "Berlin"}, "There is no time zone \"Berlin\"."),
])
def test_says_what_is_wrong_in_a_result(name, arguments, words):
    text, failed = call(name, **arguments)
    assert failed and text.startswith(words)


def test_without_a_token_there_is_nothing():
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for headers in ({}, {"Authorization": "Bearer ocp_wrong"}):
        assert httpx.post(URL, json=message, headers=headers).status_code == 401
    assert httpx.post(URL, json=message, headers=HEADERS | {"Origin": "https://evil.example"}).status_code == 403
    assert httpx.get(URL, headers=HEADERS).status_code == 405
