#!/bin/sh
# A pong does not say how far a program has read: websockets 15.0.1 answers pings more than 16 messages ahead of it.
#
# Seen 2026-11-30, Python 3.11, with websockets 15.0.1, aiohttp 3.13.2 and websocket-client 1.9.2. A server (websockets)
# sends 40 small messages, each followed by a ping. The program takes 20 ms for each message. For each ping the server
# counts the messages before it that the program has not taken yet when the pong comes. RFC 6455 (section 5.5.2) wants a
# pong "as soon as is practical", so each behaviour is allowed; a server that judges a reader by its pongs has to know.
#
# Output seen:
#     websocket-client 0
#     aiohttp 0
#     websockets more than 16
#
# websockets reads ahead into a queue and answers the pings between. Its limit of 16 messages (max_queue) stops only the
# next read of the socket: of small messages that came together all are taken in, here 27 or 28. The others answer a
# ping when the program asks for the message after it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
  websockets==15.0.1 aiohttp==3.13.2 websocket-client==1.9.2
cat > "$folder/ahead.py" <<'PYTHON'
import asyncio
import sys
import time

import aiohttp
import websocket
import websockets

MESSAGES = 40
WORK = 0.02
taken = 0


async def serve(socket, ahead):
    async def watch(number, pong):
        await pong
        ahead.append(number - taken)

    watching = []
    for number in range(1, MESSAGES + 1):
        await socket.send(f"message {number}")
        watching.append(asyncio.create_task(watch(number, await socket.ping(str(number)))))
    await asyncio.gather(*watching)


def take():
    global taken
    taken += 1


def read_websocket_client(url):
    socket = websocket.create_connection(url)
    for _ in range(MESSAGES):
        socket.recv()
        take()
        time.sleep(WORK)
    # The answer to the last ping.
    socket.settimeout(1)
    try:
        socket.recv()
    except Exception:
        pass


async def read_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        async for _ in socket:
            take()
            await asyncio.sleep(WORK)


async def read_websockets(url):
    async with websockets.connect(url, ping_interval=None) as socket:
        async for _ in socket:
            take()
            await asyncio.sleep(WORK)


async def main(library):
    ahead = []
    done = asyncio.Event()

    async def handler(socket):
        await serve(socket, ahead)
        done.set()

    async with websockets.serve(handler, "127.0.0.1", 0, ping_interval=None) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        if library == "websocket-client":
            reading = asyncio.create_task(asyncio.to_thread(read_websocket_client, url))
        else:
            reading = asyncio.create_task({"aiohttp": read_aiohttp, "websockets": read_websockets}[library](url))
        await asyncio.wait_for(done.wait(), 30)
        await asyncio.wait([reading], timeout=3)
    most = max(ahead)
    print(library, "more than 16" if most > 16 else most, flush=True)


asyncio.run(main(sys.argv[1]))
PYTHON
for library in websocket-client aiohttp websockets; do
  "$folder/venv/bin/python" "$folder/ahead.py" "$library"
done | tee "$folder/seen"
printf 'websocket-client 0\naiohttp 0\nwebsockets more than 16\n' > "$folder/expected"
diff "$folder/expected" "$folder/seen"
echo "as described"
