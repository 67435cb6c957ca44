"""A control surface in twenty lines: type `mix 0.3`, `layers` (asks) or `reseed`.

python examples/osc_surface.py [PORT [HOST]]
"""

import sys

from pythonosc.udp_client import SimpleUDPClient

port = int(sys.argv[1]) if len(sys.argv) > 1 else 9420
host = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
node = SimpleUDPClient(host, port)
print("type a parameter and a value, a parameter, or an action", flush=True)
for line in sys.stdin:
    name, *value = line.strip().split(maxsplit=1) or ["ping"]
    node.send_message(f"/ronn/{name}", value)  # the node reads numbers in text, too
    for reply in node.get_messages(0.2):
        print(reply.address, *reply.params, flush=True)
