"""Reads a stream slowly with a WebSocket library, and prints the ages of the newest price in hand as one line of JSON.

    python reader.py LIBRARY URL REQUEST HANDLER SECONDS STALL

LIBRARY is websocket-client, websockets or aiohttp. REQUEST is sent first. HANDLER is the time in seconds that the
program takes for each message. With STALL above 0 it stops for so long, once, after ten seconds. A price's age is the
present time minus `ts_sent`, at the end of the handler; server and client share one clock.
"""

import asyncio
import json
import re
import sys
import time

LIBRARY, URL, REQUEST, HANDLER, SECONDS, STALL = sys.argv[1:]
HANDLER, SECONDS, STALL = float(HANDLER), float(SECONDS), float(STALL)
WARM_UP = 5.0
STALL_AT = 10.0
SENT = re.compile(rb'"ts_sent":(\d+)')


class Ages:
    """The ages of the newest price."""

    def __init__(self):
        self.began = time.monotonic()
        self.newest = None
        self.largest = self.last = 0.0
        self.messages = 0
        self.first_after_stall = self.second_after_stall = None
        self.stalled_at = None

    def is_over(self):
        return time.monotonic() - self.began >= SECONDS

    def pause(self):
        """The time that the handler takes for this message."""
        if STALL and self.stalled_at is None and time.monotonic() - self.began > STALL_AT:
            self.stalled_at = time.monotonic() + STALL
            return STALL
        return HANDLER

    def take(self, data):
        """Takes a message. Returns whether it has a price."""
        data = data.encode() if isinstance(data, str) else bytes(data)
        self.messages += 1
        sent = [int(text) for text in SENT.findall(data)] if b'"quotes"' in data else []
        if sent:
            self.newest = max(sent[-1], self.newest or 0)
        return bool(sent)

    def handled(self, has_price):
        if self.newest is None:
            return
        now = time.monotonic()
        age = time.time() - self.newest / 1e6
        self.last = age
        if now - self.began > WARM_UP:
            self.largest = max(self.largest, age)
        if self.stalled_at is not None and now > self.stalled_at + 0.001 and has_price:
            if self.first_after_stall is None:
                self.first_after_stall = age
            elif self.second_after_stall is None and now > self.stalled_at + 0.5:
                self.second_after_stall = age

    def report(self, closed):
        names = ("largest", "last", "messages", "first_after_stall", "second_after_stall")
        print(json.dumps({name: getattr(self, name) for name in names} | {"closed": closed}), flush=True)


def pong(data):
    """The answer to a ping of NATS, if the message is one."""
    return "PONG\r\n" if data in ("PING\r\n", b"PING\r\n") else None


def run_websocket_client(ages):
    import websocket

    socket = websocket.create_connection(URL)
    socket.send(REQUEST)
    while not ages.is_over():
        data = socket.recv()
        if answer := pong(data):
            socket.send(answer)
        has_price = ages.take(data)
        time.sleep(ages.pause())
        ages.handled(has_price)


async def run_websockets(ages):
    import websockets

    async with websockets.connect(URL, ping_interval=None) as socket:
        await socket.send(REQUEST)
        async for data in socket:
            if answer := pong(data):
                await socket.send(answer)
            has_price = ages.take(data)
            await asyncio.sleep(ages.pause())
            ages.handled(has_price)
            if ages.is_over():
                return


async def run_aiohttp(ages):
    import aiohttp

    async with aiohttp.ClientSession() as session, session.ws_connect(URL) as socket:
        await socket.send_str(REQUEST)
        async for message in socket:
            if answer := pong(message.data):
                await socket.send_str(answer)
            has_price = ages.take(message.data)
            await asyncio.sleep(ages.pause())
            ages.handled(has_price)
            if ages.is_over():
                return


def main():
    ages = Ages()
    closed = None
    try:
        if LIBRARY == "websocket-client":
            run_websocket_client(ages)
        else:
            asyncio.run({"websockets": run_websockets, "aiohttp": run_aiohttp}[LIBRARY](ages))
    except Exception as error:
        closed = f"{type(error).__name__}: {error}"[:200]
    if closed is None and not ages.is_over():
        closed = "closed by the server"
    ages.report(closed)


main()
