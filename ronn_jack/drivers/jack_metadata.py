"""What patchbays show of the node: names, an icon, groups of ports. [libjack's thread]"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ronn_jack.drivers import jack_library

ICON_NAME = "audio-x-generic"
_METADATA = "http://jackaudio.org/metadata/"
_INTEGER = "http://www.w3.org/2001/XMLSchema#int"


def describe(client: Any, ports: Mapping[str, Any]) -> None:
    """Set it, as far as the server takes it: one without metadata is no fault.

    Parameters
    ----------
    client : jack.Client
    ports : mapping
        The client's ports by their short names.
    """

    def put(subject: Any, key: str, value: str, kind: str = "text/plain") -> None:
        client.set_property(subject, _METADATA + key, value, kind)

    try:
        put(client.uuid, "icon-name", ICON_NAME)
        for order, (name, port) in enumerate(ports.items()):
            words = name.replace("_", " ").replace("midi", "MIDI")
            put(port.uuid, "pretty-name", words[0].upper() + words[1:])
            put(port.uuid, "order", str(order), _INTEGER)
            if not port.is_midi:
                put(port.uuid, "port-group", "in" if port.is_input else "out")
    except (jack_library.load().JackError, ValueError):
        return
