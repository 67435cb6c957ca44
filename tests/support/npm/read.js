// Reads a node's tree and host by npm's oscquery and prints them: node read.js PORT
const { DiscoveredService } = require("oscquery/dist/lib/osc_query_discovery");

const service = new DiscoveredService("127.0.0.1", Number(process.argv[2]));
service.update().then(() => {
  const methods = service.flat().map((each) => [each.full_path, each.access, each.arguments]);
  console.log(JSON.stringify({ host: service.hostInfo, methods }));
});
