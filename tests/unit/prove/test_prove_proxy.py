"""The proxy cuts, delays and goes deaf as it is told, and loses no byte otherwise."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.prove.proxy import COMMIT, Proxy


@asynccontextmanager
async def echo_server() -> AsyncIterator[int]:
    """Says everything back; its port."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def through_a_proxy() -> AsyncIterator[tuple[Proxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client of the echo server behind a proxy."""
    async with echo_server() as port:
        proxy = Proxy()
        at = await proxy.listen("echo", "127.0.0.1", port)
        reader, writer = await asyncio.open_connection("127.0.0.1", at)
        try:
            yield proxy, reader, writer
        finally:
            writer.close()
            proxy.close()


async def said_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    writer.write(data)
    return await asyncio.wait_for(reader.readexactly(len(data)), 5)


async def test_every_byte_passes_in_order() -> None:
    data = bytes(range(256)) * 4_000
    async with through_a_proxy() as (_, reader, writer):
        assert await said_back(reader, writer, data) == data


async def test_a_cut_resets_the_connection() -> None:
    async with through_a_proxy() as (proxy, reader, writer):
        assert await said_back(reader, writer, b"x") == b"x"
        assert proxy.routes["echo"].cut() == 1
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)


async def test_a_delay_holds_bytes_back_and_keeps_their_order() -> None:
    async with through_a_proxy() as (proxy, reader, writer):
        await said_back(reader, writer, b"x")
        proxy.routes["echo"].slow_down(0.1, lasting=0.15)
        begun = time.monotonic()
        writer.write(b"one")
        assert await asyncio.wait_for(reader.readexactly(3), 5) == b"one"
        assert time.monotonic() - begun >= 0.15
        assert await said_back(reader, writer, b"two") == b"two"


@pytest.mark.parametrize("deaf", ["client", "server"])
async def test_a_deaf_end_hears_everything_later(deaf: str) -> None:
    async with through_a_proxy() as (proxy, reader, writer):
        await said_back(reader, writer, b"x")
        proxy.routes["echo"].deafen(deaf, lasting=0.2)
        begun = time.monotonic()
        assert await said_back(reader, writer, b"later") == b"later"
        assert time.monotonic() - begun >= 0.15


async def test_the_answer_to_a_commit_is_lost_with_its_connection_and_only_as_often_as_asked() -> None:
    async with through_a_proxy() as (proxy, reader, writer):
        route = proxy.routes["echo"]
        route.lost_replies = 1
        assert await said_back(reader, writer, b"select") == b"select"
        writer.write(b"Q\0\0\0\x0c" + COMMIT)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        assert route.lost_replies == 0
        assert not route.links


async def test_a_server_that_is_away_resets_its_clients() -> None:
    async with echo_server() as port:
        pass
    proxy = Proxy()
    at = await proxy.listen("away", "127.0.0.1", port)
    reader, writer = await asyncio.open_connection("127.0.0.1", at)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.close()
    proxy.close()
