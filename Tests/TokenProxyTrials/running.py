"""How a trial runs and ends, so that no process it started outlives it."""

import asyncio
import signal
import sys


def run(main, arguments):
    """Runs a coroutine function that returns the exit status; SIGTERM ends it as Ctrl-C does."""

    async def guarded():
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        return await main(arguments)

    try:
        sys.exit(asyncio.run(guarded()))
    except asyncio.CancelledError:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
