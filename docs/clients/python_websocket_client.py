"""Prints each update of a tickcast stream as `SYMBOL last change merged`, without asyncio.

    pip install websocket-client
    python python_websocket_client.py AAPL BTC-USD --rate 2
"""

import argparse
import contextlib
import json
import random
import sys
import time
from decimal import Decimal

import websocket

SILENCE_SECONDS = 6  # The server sends a message each second, so a longer silence means a dead connection.
BASE_SECONDS, CAP_SECONDS = 0.5, 10  # The longest waits before the first reconnect and before each later one.
PLANNED = (1000, 1001)  # Close codes of a connection that ends as planned, which is no fault.
CLIENT_ERRORS = (1002, 1007, 1008, 1009)  # Close codes after which a reconnect does not help.


def apply(message, known):
    """Puts the quotes of a message into `known`. Returns the new ones of an update, and the symbols with a gap."""
    new, gaps = [], []
    for quote in message["quotes"]:
        symbol = quote["symbol"]
        seq = known.get(symbol, {"seq": 0})["seq"]
        if message["type"] == "snapshot":
            known[symbol] = quote
        elif quote["seq"] > seq:  # Otherwise it is already known.
            if quote["first_seq"] > seq + 1:
                gaps.append(symbol)
            known[symbol] = quote
            new.append(quote)
    return new, gaps


class ServerClock:
    """Estimates by how much the server's clock is ahead of `time.monotonic()`, from round trips as NTP does.

    This machine's own clock may be wrong by seconds, so `ts_sent` cannot be compared with it.
    """

    def __init__(self):
        self.trips = []  # (error, offset) of the last eight, in seconds
        self.asked = None  # the time of the question that has no answer yet
        self.next = 0

    def question(self, now):
        """Returns the question to send now, if it is time for one."""
        if self.asked is not None or now < self.next:
            return None
        self.asked = now
        self.next = now + (10 if len(self.trips) >= 3 else 0.5)
        return json.dumps({"type": "clock"})

    def answered(self, ts_sent, now):
        error, offset = (now - self.asked) / 2, ts_sent / 1e6 - (self.asked + now) / 2
        self.asked = None
        best_error, best_offset = min(self.trips, default=(error, offset))
        if abs(offset - best_offset) > error + best_error + 0.01:
            self.trips = []  # The server's clock was set.
        self.trips = [*self.trips[-7:], (error, offset)]

    def delay(self, ts_sent, now):
        """Returns the age of a message in seconds, or None while it is not known."""
        return max(0.0, now + min(self.trips)[1] - ts_sent / 1e6) if len(self.trips) >= 3 else None


def wait_before(attempt, hint=None, chance=random.random):
    """Returns the wait before a reconnect, in seconds. Random, so that not all clients come back at once.

    `attempt` counts failures in a row from 0. `hint` is the wait that a server asked for before it stopped.
    """
    if hint is not None:
        return hint + chance() * max(1, hint)
    return chance() * min(CAP_SECONDS, BASE_SECONDS * 2 ** min(attempt, 10))


def subscribe_message(args, hello, epoch, known):
    message = {"type": "subscribe", "id": 1, "channel": "quotes", "symbols": args.symbols or ["*"], "rate": args.rate}
    if not known:
        return json.dumps(message)
    since = {"epoch": epoch, "at": {symbol: quote["seq"] for symbol, quote in known.items()}}
    text = json.dumps({**message, "since": since})
    # Without `since` the server sends snapshots instead.
    return text if len(text) <= hello["limits"]["message_bytes"] else json.dumps(message)


class Ended(Exception):
    """The server ended the connection as planned."""


def read(socket):
    """Returns the next message. Raises if the connection has ended or is silent. The library answers pings."""
    opcode, data = socket.recv_data()
    if opcode == websocket.ABNF.OPCODE_CLOSE:
        code, reason = int.from_bytes(data[:2], "big"), data[2:].decode()
        if code in CLIENT_ERRORS:
            sys.exit(f"the server closed the connection: {code} {reason}")
        raise Ended(f"{code} {reason}") if code in PLANNED else websocket.WebSocketConnectionClosedException(
            f"{code} {reason}"
        )
    # Numbers with a point become exact decimals, so that 227.30 stays 227.30.
    return json.loads(data, parse_float=Decimal)


def updates(args):
    """Yields each new quote with its delay in seconds, and reconnects after each lost connection."""
    epoch, known = None, {}  # `known`: the newest quote of each symbol
    attempt = 0
    while True:
        hint = None  # The server's wait before a reconnect, in seconds.
        clock = ServerClock()
        socket = websocket.WebSocket()
        try:
            socket.connect(args.url, timeout=SILENCE_SECONDS)
            while True:
                message = read(socket)
                kind, now = message["type"], time.monotonic()
                if kind == "hello":
                    attempt = 0
                    socket.send(subscribe_message(args, message, epoch, known))
                elif kind == "feed" and message["epoch"] != epoch:
                    epoch, known = message["epoch"], {}  # Snapshots follow.
                elif kind in ("snapshot", "update") and message["epoch"] == epoch:
                    new, gaps = apply(message, known)
                    if gaps:
                        socket.send(json.dumps({"type": "resync", "symbols": gaps}))
                    for quote in new:
                        yield quote, clock.delay(message["ts_sent"], now)
                elif kind == "time":
                    clock.answered(message["ts_sent"], now)
                elif kind == "stopping":
                    hint = message["reconnect_after_ms"] / 1000
                elif kind == "error":
                    print(f"{message['message']}: {message['remedy']}", file=sys.stderr)
                    if message.get("id") == 1:
                        sys.exit(1)
                # Other types are ignored: new ones may come.
                if epoch is not None and (question := clock.question(now)):
                    with contextlib.suppress(OSError, websocket.WebSocketException):  # What came is still to be read.
                        socket.send(question)
        except Ended as end:
            print(f"the server ended the connection ({end}), reconnecting", file=sys.stderr)
        except (OSError, websocket.WebSocketException) as fault:
            print(f"connection lost ({fault}), reconnecting", file=sys.stderr)
        finally:
            socket.close(timeout=1)
        time.sleep(wait_before(attempt, hint))
        attempt += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="all symbols by default")
    parser.add_argument("--url", default="ws://127.0.0.1:3030/ws")
    parser.add_argument("--rate", type=float, default=5, help="updates per second")
    parser.add_argument("--delay", action="store_true", help="also print the delay of each update")
    parser.add_argument("--count", type=int, help="stop after this number of updates")
    args = parser.parse_args()
    count = 0
    for quote, delay in updates(args):
        merged = quote["seq"] - quote["first_seq"] + 1
        shown = [] if not args.delay else ["-" if delay is None else f"{delay * 1000:.1f}ms"]
        print(quote["symbol"], quote["last"], quote["change"], merged, *shown, flush=True)
        count += 1
        if count == args.count:
            return


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
