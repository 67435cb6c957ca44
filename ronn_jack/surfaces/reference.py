"""The OSC reference, rendered from the tables."""

from __future__ import annotations

from ronn_jack.control.status import STATUS, Status
from ronn_jack.parameters import (
    ACTIONS,
    CANDIDATES,
    MOST_SNAPSHOTS,
    PARAMETERS,
    PLACES,
    Group,
    Kind,
    Parameter,
)
from ronn_jack.surfaces.tables import shown_default, shown_effect, table

_TYPE_TAGS = {
    Kind.INT: "i", Kind.FLOAT: "f", Kind.BOOL: "i", Kind.ENUM: "s", Kind.NAME: "s", Kind.TEXT: "s",
}  # fmt: skip
_ARGUMENTS = {
    "": "",
    "amount": "0–1, or none for 1",
    "preset": "a preset's name or index",
    "name": "a name",
    "snapshot": f"1–{MOST_SNAPSHOTS}",
    "text": "a text `ronn:…`",
    "parameter": "a parameter's name",
    "candidate": f"1–{PLACES}",
    "pair": f'two places as text, "{CANDIDATES + 1} {CANDIDATES + 2}", or none',
}

_HEAD = """\
# OSC reference

Generated from the parameter table. The node listens on UDP and TCP port 9420 (`--osc-port`) of the
loopback interface (`--bind`) and answers to the port that a message came from, or by its
connection. [A second node](sessions.md#several-nodes) has port 9430, a third 9440.
`ronn-jack osc ADDRESS [VALUE…]` sends a message and shows the answers, `ronn-jack watch` shows what
changes.

- A value out of range, non-finite or unknown changes nothing and is answered with
  `/ronn/error s:address s:reason`, as is everything else that can't be done.
- Numbers, `T`, `F` and numeric text are converted to a parameter's kind. An enum takes a name or
  an index, counted from 0.
- A message without argument asks: the value comes back to the asker at the same address.
- `/ronn/n/<parameter>` takes and answers a position from 0 to 1 of the range instead; positions
  beyond are clamped.
- A bundle is one change with one new network. One whose time tag lies up to 60 s in the future is
  done when its time has come, one that is late at once. A farther one is refused, as is one more
  than the 1000 that can wait, 500 of one sender.
- Address patterns (`?`, `*`, `[a-z]`, `{a,b}`) reach all addresses that they match; a pattern
  without argument only asks, unless all it matches are actions.
- The node draws seeds below 16777216, which every float holds. Larger ones may be sent as int64,
  float, double or text; above 2147483647 they come back as int64.
- Other programs' addresses may move parameters as well ([daw.md](daw.md#aliases)).
- An undo takes back the last change of the sound, whoever made it; a sweep of one parameter by one
  sender, with pauses of up to 0.5 s, is one change, and 256 are kept. What goes to a whole sound
  (undo, redo, presets, snapshots, `ab`, `load_text`) comes as a whole or is refused as a whole.
- A position (`/ronn/n/…`, a MIDI control) whose network would be beyond `budget` or a limit lands
  on the nearest value that is predicted to fit, always the same; `/ronn/status/landed` names it.
- A packet has room for 4096 values and actions, at most 64 of them actions. One with more, or with
  more than 64 faults, is refused as a whole, in one answer.
- Whoever sends, each is served in turn. Of a sender that is too fast, values that a later one of
  its own makes void are left out, never the last; of what can't be left out, 1024 packets wait.
- What writes a file is done beside the rest: only the next packets of its sender wait for it.
- TCP carries packets after their size as int32 (OSC 1.0) or as SLIP (OSC 1.1), of up to 64 KiB, and
  is answered as it begins. 64 connections; one that doesn't read what it is sent is closed, and the
  oldest that has sent nothing where another comes.
"""

_FEEDBACK = """\
Who subscribes is told everything, and from then on whatever changes, however it was changed, in
bundles at the addresses above.

- `/ronn/subscribe [s:host i:port] [i:interval_ms]` tells values in native units,
  `/ronn/n/subscribe …` positions from 0 to 1 at `/ronn/n/<parameter>`. Without host and port the
  sender itself is told. A host is an IP address or `localhost`: the sender's own, or one that
  `--allow` names. One destination has one subscription; a new one takes the place of the old.
- Of each value the newest is told, 30 times a second at most, and always the last. The status is
  told every `interval_ms`, 10 to 10000, or 100; only what has changed. `/ronn/panic` tells 1 while
  silence is asked for.
- A subscription ends 60 s after the last message of who subscribed or of its destination; one by
  TCP with its connection. 64 at a time.
- Neither of them is told the values that it sent, but each that became another: refused, snapped,
  clamped, linked. One that is told a value of another within 250 ms before its own is told that
  too, as the two may have crossed on the way.
- A bundle has 1432 bytes at most, so that it travels in one piece; what is more comes in several.
- `osc_feedback` in `config.toml` names destinations that are told without asking, for ever:
  `["192.168.1.7:9000", { to = "tablet.local:9000", normalised = true, interval_ms = 50 }]`.
  One with `aliases = "touchosc"` is told values, and nothing else, by the addresses of that table
  ([daw.md](daw.md#aliases)).
"""

_ACCESS = """\
With `--bind ADDRESS` the node listens beyond this computer. It hears then who is on this computer,
who comes from an address that `--allow ADDRESS|CIDR` names (or `allow` in `config.toml`; it may be
repeated), and who has sent the token, from its address, for 60 s after each of its messages and as
long as a WebSocket of its is open: that of `osc_token` in `config.toml`, or the one in the
[page's address](page.md) that the node prints. Nobody else is answered: what they send is counted
in `/ronn/status/osc_dropped`, with what a flood leaves no room for.
"""

_LIST = (
    "the presets' names in the order of their indices, as many as fit into 32 kB: a thousand of "
    "the usual length; those beyond are loaded by index"
)
_EFFECTS = """\
Moving a parameter whose effect is *rebuild* crossfades to a new network, a *continuous* one glides
to the new value, with the network that sounds where it moves that, and a *setting* counts from the
next change on.
"""

_ACTIONS_HEAD = """\
An action is done on a message without argument or with any value from 0.5 on; lower values, such
as a button's release, are ignored. Of an amount only 0 is a release."""


_CANDIDATES = f"""\
While nothing else is to be done, sounds are looked for that are worth hearing on what is played:
`randomize` draws from them, and those that take little of the machine have places, 1 to
{CANDIDATES}. `audition` lets one be heard for a try: `/ronn/status/audition` is its place, and the
parameters are its own. Nothing of it is a step to be undone until `audition_keep`. `audition_end`
and `undo` go back to the sound before, as does the end of a WebSocket or TCP connection that has
asked for it. Who moves a parameter of what he hears has kept it, and so has who saves it; whatever
else changes the sound begins from the one before. To hear one by its place, or to go back, ends no
panic. What was kept last has the places {CANDIDATES + 1} to {PLACES}, which are heard in the same
way.

`/ronn/candidate/<place>` is answered with what is to be seen there: s, what it is in words, empty
where nothing is; i, its seed; i, 1 if it is liked. Then, once it is described, as f: tail in dB
(its level after the input has ended, against before), crest factor in dB, brightness in octaves
above the input, pitch from 0 (none) to 1; 40 bands of its mean mel spectrum in dB and 32 steps of
its level over the passage in dB, each against the loudest. Who listens over a WebSocket
([oscquery.md](oscquery.md)) is told when one is another.
"""


_LEARN = [
    ["address", "argument", "answer", "meaning"],
    [
        "`/ronn/learn`", "s", "`/ronn/learned s:name s:control s:port s:before`",
        "bind the next MIDI control that is moved to a parameter or action, over its whole range; "
        "answered once it was moved, with what the control did before",
    ],
    ["`/ronn/learn_cancel`", "", "", "learn nothing"],
    [
        "`/ronn/unlearn`", "s", "`/ronn/unlearned s:name s:control`, one for each",
        "remove the bindings of a parameter or action on the MIDI ports that are there",
    ],
    [
        "`/ronn/learn_undo`", "", "`/ronn/learn_undone s:name`",
        "take back what was learned or unlearned last",
    ],
    ["`/ronn/learns`", "", "s:name", "what is being learned, or nothing"],
    ["`/ronn/bindings`", "", "s:name s:control …", "what each MIDI control drives"],
    [
        "`/ronn/takeovers`", "", "s:parameter f:place f:gap s:control …",
        "controls that still have to reach their parameter, as below",
    ],
]  # fmt: skip


_TOLD_OF_MIDI = """
Subscribers are told `/ronn/learning s:name`, `/ronn/learned …`, `/ronn/learn_cancelled s:name
s:reason`, `/ronn/unlearned …` and `/ronn/learn_undone s:name`, whoever asked. And
`/ronn/takeover s:parameter f:place f:gap s:control` of a knob or fader that still has to reach its
parameter: where it stands, 0 to 1, and how far that is above the parameter's place, whichever of
the two has moved; 0 once it has hold of it.
"""


def osc_reference() -> str:
    """Return docs/osc.md: every address with its values, as Markdown."""
    actions = [
        ["address", "argument", "meaning"],
        *(
            [f"`/ronn/{action.name}`", _ARGUMENTS[action.argument], action.description]
            for action in ACTIONS.values()
        ),
    ]
    status = [
        ["address", "answer", "range", "meaning"],
        *map(_status_row, STATUS.values()),
        ["`/ronn/preset`", "s i", "", "name and whether edited of the preset loaded or saved last"],
        ["`/ronn/presets`", "s …", "", _LIST],
        ["`/ronn/preset_tags`", "s …", "", "the tags of each preset, with commas, in that order"],
        ["`/ronn/preset_descriptions`", "s …", "", "what each preset says of itself"],
        ["`/ronn/share`", "s", "", "the sound as a text `ronn:…`, which `load_text` takes"],
        ["`/ronn/kept`", "s …", "", "the sounds that were kept, as such texts, by their places"],
        ["`/ronn/ping`", "s s", "", "name and version at `/ronn/pong`, once the node can be heard"],
    ]
    sessions = [
        ["address", "arguments", "meaning"],
        ["`/ronn/subscribe`", "[s:host i:port] [i:interval_ms]", "tell changes in native units"],
        ["`/ronn/n/subscribe`", "[s:host i:port] [i:interval_ms]", "tell changes as positions"],
        [
            "`/ronn/unsubscribe`",
            "[s:host i:port]",
            "tell no more; without arguments, nothing of it",
        ],
        ["`/ronn/refresh`", "", "tell everything again"],
        ["`/ronn/auth`", "s:token", "let this address in; answered with the seconds it lasts"],
    ]
    return "\n".join(
        [
            _HEAD,
            "## Parameters\n",
            _EFFECTS,
            *map(_group, Group),
            "## Actions\n",
            _ACTIONS_HEAD + "\n",
            table(actions),
            "## Questions\n",
            table(status),
            "## Candidates\n",
            _CANDIDATES,
            "## MIDI controls\n",
            table(_LEARN) + _TOLD_OF_MIDI,
            "## Feedback\n",
            _FEEDBACK,
            table(sessions),
            "## Who is heard\n",
            _ACCESS.rstrip("\n") + "\n",
        ]
    )


def _group(group: Group) -> str:
    rows = [_parameter_row(row) for row in PARAMETERS.values() if row.group is group]
    head = ["address", "answer", "range", "default", "effect", "meaning"]
    return f"### {group.value}\n\n{table([head, *rows])}"


def _status_row(row: Status) -> list[str]:
    return [f"`/ronn/status/{row.name}`", _TYPE_TAGS[row.kind], row.range_text, row.description]


def _parameter_row(row: Parameter) -> list[str]:
    return [
        f"`/ronn/{row.name}`",
        _TYPE_TAGS[row.kind],
        row.range_text,
        shown_default(row),
        shown_effect(row),
        row.description,
    ]
