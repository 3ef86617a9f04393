#!/usr/bin/env python3
"""relay.py FROM_HOST:PORT TO_HOST:PORT    Lets pods reach what listens on this machine's loopback address alone."""
import asyncio
import sys


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


async def copy(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def main(source, target):
    async def relay(reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection(*target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))
        there_writer.close()
        writer.close()

    server = await asyncio.start_server(relay, *source)
    await server.serve_forever()


if len(sys.argv) != 3:
    sys.exit(__doc__)
asyncio.run(main(address(sys.argv[1]), address(sys.argv[2])))
