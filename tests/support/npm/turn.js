// Turns a node by npm's osc and prints what the node tells: node turn.js udp|tcp PORT
const osc = require("osc");

const [kind, port] = process.argv.slice(2);
const client = kind === "udp"
  ? new osc.UDPPort({ localAddress: "127.0.0.1", localPort: 0, remoteAddress: "127.0.0.1",
                      remotePort: Number(port), metadata: true })
  : new osc.TCPSocketPort({ address: "127.0.0.1", port: Number(port), metadata: true });

client.on("ready", () => {
  client.send({ address: "/ronn/subscribe", args: [] });
  client.send({ address: "/ronn/layers", args: [{ type: "i", value: 9 }] });
  client.send({ timeTag: osc.timeTag(0), packets: [
    { address: "/ronn/n/mix", args: [{ type: "f", value: 0.5 }] },
    { address: "/ronn/activation", args: [{ type: "s", value: "tanh" }] },
    { address: "/ronn/seed", args: [{ type: "h", value: { high: 0, low: -1 } }] },
    { address: "/ronn/bias", args: [{ type: "T" }] },
  ] });
  client.send({ address: "/ronn/layers", args: [{ type: "i", value: 99 }] });
});
client.on("message", (message) => {
  console.log(message.address, ...message.args.map((each) => each.value));
});
client.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
client.open();
