"""The OSC server over real sockets."""

from __future__ import annotations

import math
import socket
import struct
import threading

import pytest

from ronn_jack import __version__
from ronn_jack.control.controller import Controller
from ronn_jack.control.status import STATUS
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.addresses import MIDI_STATE, PRESET_LISTS
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.parameters import ACTIONS, PARAMETERS, Kind, defaults
from ronn_jack.parameters.share import MOST_CHARACTERS, read_shared, share
from tests.support.osc_client import OscClient, bundle, message
from tests.support.recording import MemoryStore
from tests.support.trial_values import longest


class TestValues:
    @pytest.mark.parametrize(
        ("address", "argument", "name", "value"),
        [
            ("/ronn/layers", 9, "layers", 9),
            ("/ronn/layers", 9.0, "layers", 9),
            ("/ronn/layers", "9", "layers", 9),
            ("/ronn/layers", True, "layers", 1),
            ("/ronn/mix", 0, "mix", 0.0),
            ("/ronn/mix", "0.25", "mix", 0.25),
            ("/ronn/mix", False, "mix", 0.0),
            ("/ronn/bias", True, "bias", True),
            ("/ronn/bias", 1, "bias", True),
            ("/ronn/bias", 1.0, "bias", True),
            ("/ronn/bias", "on", "bias", True),
            ("/ronn/auto_level", False, "auto_level", False),
            ("/ronn/activation", "tanh", "activation", "tanh"),
            ("/ronn/activation", 2, "activation", "tanh"),
            ("/ronn/activation", 2.0, "activation", "tanh"),
            ("/ronn/n/activation", 1.0, "activation", "crush"),
            ("/ronn/n/activation", 0, "activation", "linear"),
            ("/ronn/n/layers", 1.5, "layers", 24),
            ("/ronn/n/kernel", -3.0, "kernel", 1),
            ("/ronn/n/kernel", "1", "kernel", 128),
            ("/ronn/n/bias", True, "bias", True),
            ("/ronn/n/input_gain", 0.75, "input_gain", 12.0),
        ],
    )
    def test_setting(self, client, controller, address, argument, name, value):
        # With a dilation of 1 every other value fits.
        assert client.errors(message("/ronn/dilation", 1), message(address, argument)) == []
        assert controller.value(name) == value
        assert type(controller.value(name)) is type(PARAMETERS[name].default)

    @pytest.mark.parametrize(
        "datagram",
        [
            b"/ronn/seed\0\0,h\0\0\0\0\0\0\xff\xff\xff\xff",
            b"/ronn/seed\0\0,d\0\0" + struct.pack(">d", 2**32 - 1),
            b"/ronn/seed\0\0,s\0\0004294967295\0\0",
        ],
        ids=["int64", "double", "text"],
    )
    def test_seeds_beyond_31_bits_go_in_and_come_out(self, client, controller, datagram):
        assert client.errors(datagram) == []
        assert controller.value("seed") == 2**32 - 1
        client.transmit(message("/ronn/seed"))
        assert client.receive() == ("/ronn/seed", ",h", [2**32 - 1])

    def test_a_seed_beyond_31_bits_as_a_float(self, client, controller):
        assert client.errors(b"/ronn/seed\0\0,f\0\0" + struct.pack(">f", 2.0**31)) == []
        assert controller.value("seed") == 2**31

    def test_every_parameter_answers_a_question_in_its_type(self, client, controller):
        tags = {Kind.INT: ",i", Kind.FLOAT: ",f", Kind.BOOL: ",i", Kind.ENUM: ",s", Kind.NAME: ",s"}
        for row in PARAMETERS.values():
            client.transmit(message(f"/ronn/{row.name}"))
            address, tag, [value] = client.receive()
            assert (address, tag) == (f"/ronn/{row.name}", tags[row.kind])
            assert value == (row.default if tag == ",s" else pytest.approx(float(row.default)))
            client.transmit(message(f"/ronn/n/{row.name}"))
            address, tag, [position] = client.receive()
            assert (address, tag) == (f"/ronn/n/{row.name}", ",f")
            assert position == pytest.approx(row.normalise(row.default))

    @pytest.mark.parametrize("tag", [b"N", b"I"])
    def test_an_argument_that_carries_nothing_asks(self, client, tag):
        client.transmit(b"/ronn/mix\0\0\0," + tag + b"\0\0")
        assert client.receive() == ("/ronn/mix", ",f", [1.0])

    def test_the_answer_is_the_accepted_value_while_its_network_is_in_the_making(self, client):
        client.transmit(bundle(message("/ronn/layers", 9), message("/ronn/layers")))
        assert client.receive() == ("/ronn/layers", ",i", [9])


class TestBundles:
    def test_a_bundle_is_one_change_with_one_rebuild(self, client, node):
        inner = bundle(message("/ronn/kernel", 15), message("/ronn/n/mix", 0.5))
        assert client.errors(bundle(message("/ronn/layers", 9), inner)) == []
        [(spec, _)] = node.rebuilds
        assert (spec.layers, spec.kernel) == (9, 15)
        assert node.controls == [{"mix": 0.5}]

    def test_what_is_bad_in_it_is_refused_alone(self, client, controller, node):
        errors = client.errors(
            bundle(
                message("/ronn/layers", 9),
                message("/ronn/kernel", 900),
                message("/ronn/colour", 1),
                message("/ronn/n/mix", math.nan),
                b"/ronn/mix\0\0\0,b\0\0\0\0\0\0",
                message("/ronn/channels", 4),
            )
        )
        assert sorted(address for address, _ in errors) == [
            "/ronn/colour",
            "/ronn/kernel",
            "/ronn/mix",
            "/ronn/n/mix",
        ]
        [(spec, _)] = node.rebuilds
        assert (spec.layers, spec.kernel, spec.channels) == (9, 3, 4)

    def test_values_that_do_not_go_together_return_and_are_answered_once(self, client, controller):
        [(address, reason)] = client.errors(
            bundle(
                message("/ronn/mix", 0.5),
                message("/ronn/dilation", 20),
                message("/ronn/layers", 24),
            )
        )
        assert address == "/ronn/layers" and "lower" in reason
        assert [controller.value(name) for name in ("mix", "dilation", "layers")] == [0.5, 2, 6]

    def test_an_empty_one_does_nothing(self, client, node):
        assert client.errors(bundle(), bundle(bundle())) == []
        assert not node.rebuilds and not node.controls

    @pytest.mark.parametrize("mode", ["latent", "words", "manual"])
    @pytest.mark.parametrize("step", [1, -1], ids=["mode first", "mode last"])
    def test_the_mode_of_the_equaliser_that_one_says_is_obeyed(
        self, client, controller, mode, step
    ) -> None:
        sent = [("/ronn/eq_mode", mode), ("/ronn/n/eq_low_gain", 1.0), ("/ronn/eq_x", 1.5)]
        client.send_bundle(*sent[::step])
        assert client.answers() == []
        assert [controller.value(name) for name in ("eq_mode", "eq_x")] == [mode, 1.5]
        assert (controller.value("eq_low_gain") == 24.0) == (mode == "manual")


class TestActions:
    def test_every_action_can_be_fired(self, client, node):
        arguments = {
            "preset_load": "drone",
            "preset_save": "mine",
            "snapshot_save": 1,
            "snapshot_load": 1,
            "lock": "layers",
            "unlock": "layers",
            "load_text": share({**defaults(), "layers": 2}),
        }
        exploring = ("explore", "audition", "candidate", "breed")  # which needs candidates
        names = [name for name in ACTIONS if not name.startswith(exploring)]
        for name in names:
            argument = [arguments[name]] if name in arguments else []
            assert client.errors(message(f"/ronn/{name}", *argument)) == []
        assert node.panics == [True]
        # The steps lead from the saved preset, the last, to the first and back, and those of the
        # setlist likewise; the snapshots and the two sounds that are compared are all the same.
        same = {"preset_save", "panic", "ab", "like", "dislike", "lock", "unlock"}
        same |= {n for n in ACTIONS if n.startswith("snapshot_")}
        assert len(node.rebuilds) == len(names) - len(same)

    def test_a_button_fires_once_when_pressed_and_not_when_released(self, client, node):
        client.errors(message("/ronn/seed_next", 1.0), message("/ronn/seed_next", 0.0))
        assert [spec.seed for spec, _ in node.rebuilds] == [43]

    def test_the_preset_and_whether_it_was_edited(self, client):
        def told():
            client.transmit(message("/ronn/preset"))
            return client.receive()

        assert told() == ("/ronn/preset", ",si", ["", 0])
        for sent, answer in (
            (message("/ronn/preset_load", "drone"), ["drone", 0]),
            (message("/ronn/mix", 0.5), ["drone", 1]),
            (message("/ronn/mix", 1.0), ["drone", 0]),
            (message("/ronn/bypass", 1), ["drone", 0]),
            (message("/ronn/seed_next"), ["drone", 1]),
            (message("/ronn/preset_save", "mine"), ["mine", 0]),
            (message("/ronn/preset_save", "a/b"), ["mine", 0]),
            (message("/ronn/preset_previous"), ["drone", 0]),
        ):
            client.answers(sent)
            assert told()[2] == answer

    def test_the_list_of_presets(self, client):
        assert client.answers(message("/ronn/presets")) == [("/ronn/presets", ["fuzz", "drone"])]
        client.answers(message("/ronn/preset_save", "mine"))
        assert client.answers(message("/ronn/presets"))[0][1] == ["fuzz", "drone", "mine"]

    def test_a_list_too_long_is_cut_and_sent_once(self, node):
        names = [f"{number:04}".ljust(number % 60 + 4, "é") for number in range(2000)]
        controller = Controller(node, MemoryStore(**{name: {} for name in names}))
        with OscServer(controller, port=0) as server, OscClient(server.port) as client:
            [(_, listed)] = client.answers(bundle(*[message("/ronn/presets")] * 1000))
        assert listed == names[: len(listed)]
        assert 300 < len(listed) < 1000

    def test_a_change_saves_under_few_names(self, client, controller):
        saves = [message("/ronn/preset_save", f"flood {number}") for number in range(50)]
        errors = client.errors(bundle(*saves))
        assert len(errors) == 46
        assert "4 names" in errors[0][1]
        assert len(controller.presets()) == 2 + 4

    def test_a_preset_by_index(self, client, controller):
        assert client.errors(message("/ronn/preset_load", 0)) == []
        assert controller.value("layers") == 3


class TestQuestions:
    def test_the_sound_as_a_text_that_any_node_takes(self, client, controller):
        client.answers(message("/ronn/layers", 9), message("/ronn/mix", 0.25))
        [(address, [text])] = client.answers(message("/ronn/share"))
        assert address == "/ronn/share"
        assert read_shared(text)["layers"] == 9 and read_shared(text)["mix"] == 0.25
        client.answers(message("/ronn/layers", 3), message("/ronn/load_text", text))
        assert controller.value("layers") == 9
        [(address, reason)] = client.errors(message("/ronn/load_text", text[:-1]))
        assert address == "/ronn/load_text" and "copy the whole of it anew" in reason

    def test_the_longest_text_of_a_sound_is_taken(self, client, controller):
        small = {"layers": 2, "kernel": 2, "channels": 1, "dilation": 1, "recipe": "ronn"}
        small |= {"stretch": 1 / 3, "decay": 1 / 3, "rate": 384_000}
        text = share({name: longest(row) for name, row in PARAMETERS.items()} | small)
        spaced = text.replace(",", ",".ljust((MOST_CHARACTERS - len(text)) // text.count(",") + 1))
        assert MOST_CHARACTERS - 100 < len(spaced) <= MOST_CHARACTERS
        for sent in (text, spaced):
            client.answers(message("/ronn/load_text", share(defaults())))
            faults = client.errors(message("/ronn/load_text", sent))
            assert [PARAMETERS[address.removeprefix("/ronn/")].kind for address, _ in faults] == [
                Kind.NAME
            ] * len(faults), "but models that are not here"
            assert client.answers(message("/ronn/share")) == [("/ronn/share", [text])]

    def test_ping(self, client):
        client.transmit(message("/ronn/ping"))
        assert client.receive() == ("/ronn/pong", ",ss", ["ronn", __version__])

    def test_ping_is_not_answered_before_the_node_sounds(self, client, node):
        node.ready = False
        client.transmit(message("/ronn/ping"))
        client.transmit(message("/ronn/mix"))
        assert client.receive()[0] == "/ronn/mix"
        node.ready = True
        assert client.answers() == []

    def test_status(self, client, node):
        node.statuses.update(receptive_field=0.5, parameters=990, xruns=2**31, state="fading")
        answers = dict(client.answers(*(message(f"/ronn/status/{key}") for key in STATUS)))
        assert answers["/ronn/status/receptive_field"] == [0.5]
        assert answers["/ronn/status/parameters"] == [990]
        assert answers["/ronn/status/xruns"] == [2**31]
        assert answers["/ronn/status/state"] == ["fading"]
        assert set(answers) == {f"/ronn/status/{key}" for key in STATUS}

    def test_status_cannot_be_set(self, client):
        [(address, _)] = client.errors(message("/ronn/status/load", 0.5))
        assert address == "/ronn/status/load"


class TestPatterns:
    def test_a_pattern_sets_all_it_matches(self, client, controller):
        assert client.errors(message("/ronn/xy_?", 0.5)) == []
        assert (controller.value("xy_x"), controller.value("xy_y")) == (0.5, 0.5)

    def test_a_pattern_without_argument_asks_and_fires_nothing(self, client, node):
        answers = dict(client.answers(message("/ronn/seed*")))
        assert answers == {"/ronn/seed": [42], "/ronn/seed_b": [43]}
        assert not node.rebuilds

    def test_a_pattern_of_actions_alone_fires(self, client, controller):
        client.answers(message("/ronn/{seed_next,rese?d}"))
        assert controller.value("seed") != 42

    def test_all_values_can_be_asked_for_at_once(self, client, node):
        # The pattern asks for a ping too, so that two pongs come.
        answers = dict(client.answers(message("/ronn/*")) + client.answers())
        lists = (*PRESET_LISTS, *MIDI_STATE, "/ronn/preset", "/ronn/share", "/ronn/kept")
        assert set(answers) == {*lists, *(f"/ronn/{name}" for name in PARAMETERS)}
        assert not node.rebuilds and not node.panics

    @pytest.mark.parametrize("pattern", ["/ronn/q*", "/ronn/[", "*", "/ronn/err?r"])
    def test_a_pattern_that_leads_nowhere_is_answered(self, client, pattern):
        datagram = message(pattern, 1)
        [(address, _)] = client.errors(datagram)
        assert address == (pattern if pattern.startswith("/") else "")


class TestPort:
    def test_a_taken_port_is_named_with_the_remedy(self, controller, server):
        with pytest.raises(MachineError, match="no address; use another --bind"):
            OscServer(controller, "a" * 70, 0).start()
        with pytest.raises(MachineError, match=f"{server.port} is taken.*--osc-port"):
            OscServer(controller, port=server.port).start()

    @pytest.mark.parametrize(
        ("host", "port", "hint"),
        [
            ("192.0.2.1", 0, "can't listen for OSC on '192.0.2.1'.*--bind"),
            ("no host", 0, "can't listen for OSC on 'no host'.*--bind"),
            ("127.0.0.1", 70000, "70000 is out of range"),
            ("127.0.0.1", -1, "-1 is out of range"),
        ],
    )
    def test_an_address_that_can_not_be_had_is_refused_in_one_line(
        self, controller, host, port, hint
    ):
        with pytest.raises(MachineError, match=hint) as caught, OscServer(controller, host, port):
            pytest.fail("it listens")
        assert "\n" not in str(caught.value)

    def test_localhost_is_reached_by_ipv4(self, controller):
        with (
            OscServer(controller, "localhost", 0) as server,
            OscClient(server.port) as client,
        ):
            assert client.answers(message("/ronn/layers")) == [("/ronn/layers", [6])]

    def test_closing_ends_the_thread_and_frees_the_port(self, controller):
        before = set(threading.enumerate())
        server = OscServer(controller, port=0)
        server.start()
        port = server.port
        server.close()
        server.close()
        assert set(threading.enumerate()) <= before
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", port))

    def test_answers_come_from_the_port_that_was_asked(self, server):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(20.0)
            asker.sendto(message("/ronn/mix"), ("127.0.0.1", server.port))
            assert asker.recvfrom(1024)[1] == ("127.0.0.1", server.port)

    def test_a_refusal_after_closing_is_let_go(self, controller, node):
        with OscServer(controller, port=0) as server, OscClient(server.port) as client:
            client.answers(message("/ronn/layers", 9))
        controller.refused(node.last_change, "too late")
        assert controller.value("layers") == 6
