/**
 * The official client in a process of its own, which calls `deploy` under a key and says what it hears. Arguments: the
 * bot's address, the version, the key.
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [url = "", version = "", key = ""] = process.argv.slice(2);
const client = new Client({ name: "a-laptop", version: "1" }, { versionNegotiation: { mode: "auto" } });
const headers = { Authorization: "Bearer secret-admin" };
await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }));
const args = { version, idempotency_key: key, wait_s: 50 };
const told = await client.callTool(
  { name: "deploy", arguments: args },
  { onprogress: ({ message }) => process.stdout.write(`heard: ${message}\n`) },
);
process.stdout.write(`told: ${JSON.stringify(told.content)}\n`);
// Whoever has the outcome may still be killed before it does anything with it.
setInterval(() => {}, 1_000);
