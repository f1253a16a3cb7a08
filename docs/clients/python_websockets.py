"""Prints each update of a tickcast stream as `SYMBOL last change merged`.

    pip install websockets
    python python_websockets.py AAPL BTC-USD --rate 2
"""

import argparse
import asyncio
import json
import random
import sys
from decimal import Decimal

import websockets

SILENCE_SECONDS = 6  # The server sends a message each second, so a longer silence means a dead connection.
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


def subscribe_message(args, hello, epoch, known):
    message = {"type": "subscribe", "id": 1, "channel": "quotes", "symbols": args.symbols or ["*"], "rate": args.rate}
    if not known:
        return json.dumps(message)
    since = {"epoch": epoch, "at": {symbol: quote["seq"] for symbol, quote in known.items()}}
    text = json.dumps({**message, "since": since})
    # Without `since` the server sends snapshots instead.
    return text if len(text) <= hello["limits"]["message_bytes"] else json.dumps(message)


async def updates(args):
    """Yields each new quote, and reconnects after each lost connection."""
    epoch, known = None, {}  # `known`: the newest quote of each symbol
    attempt = 0
    while True:
        hint = None  # The server's wait before a reconnect, in seconds.
        try:
            async with websockets.connect(args.url) as socket:
                while True:
                    # Numbers with a point become exact decimals, so that 227.30 stays 227.30.
                    message = json.loads(await asyncio.wait_for(socket.recv(), SILENCE_SECONDS), parse_float=Decimal)
                    kind = message["type"]
                    if kind == "hello":
                        attempt = 0
                        await socket.send(subscribe_message(args, message, epoch, known))
                    elif kind == "feed" and message["epoch"] != epoch:
                        epoch, known = message["epoch"], {}  # Snapshots follow.
                    elif kind in ("snapshot", "update") and message["epoch"] == epoch:
                        new, gaps = apply(message, known)
                        if gaps:
                            await socket.send(json.dumps({"type": "resync", "symbols": gaps}))
                        for quote in new:
                            yield quote
                    elif kind == "stopping":
                        hint = message["reconnect_after_ms"] / 1000
                    elif kind == "error":
                        print(f"{message['message']}: {message['remedy']}", file=sys.stderr)
                        if message.get("id") == 1:
                            sys.exit(1)
                    # Other types are ignored: new ones may come.
        except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as fault:
            print(f"connection lost ({fault or 'silence'}), reconnecting", file=sys.stderr)
            closed = getattr(fault, "rcvd", None)
            if closed and closed.code in CLIENT_ERRORS:
                sys.exit(1)
        wait = min(10, 0.5 * 2**attempt) if hint is None else 2 * hint
        attempt = min(attempt + 1, 10)
        await asyncio.sleep(wait * random.uniform(0.5, 1))  # Random, so that not all clients reconnect at once.


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="all symbols by default")
    parser.add_argument("--url", default="ws://127.0.0.1:3030/ws")
    parser.add_argument("--rate", type=float, default=5, help="updates per second")
    parser.add_argument("--count", type=int, help="stop after this number of updates")
    args = parser.parse_args()
    count = 0
    async for quote in updates(args):
        merged = quote["seq"] - quote["first_seq"] + 1
        print(quote["symbol"], quote["last"], quote["change"], merged, flush=True)
        count += 1
        if count == args.count:
            return


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
