/** The SDK's client as this bot uses it: what it can do for a server, and what it refuses with words. */
import { Client, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";

const refusals: Readonly<Record<string, string>> = {
  "sampling/createMessage": "This client lends its model to no server.",
  "roots/list": "This client shows no folders to servers; they are given in its configuration.",
  "elicitation/create": "This client can't ask people during a call; take what you need as an argument.",
};

/** `auto`: the server is asked for its newest protocol first. `changed`: it says that its tools did. */
export function clientOf(mode: "auto" | "legacy", on: { closed: () => void; changed: () => void }): Client {
  const client = new Client(
    { name: "belay", version: "1" },
    {
      capabilities: {},
      versionNegotiation: { mode, probe: { timeoutMs: 5_000 } },
      listChanged: { tools: { autoRefresh: false, onChanged: on.changed } },
    },
  );
  client.onclose = on.closed;
  // Messages that nobody asked for, or that can't be read: whoever waits for an answer has a time limit.
  client.onerror = () => {};
  client.fallbackRequestHandler = async ({ method }) => {
    const words = refusals[method] ?? "This client answers no such request.";
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, words);
  };
  return client;
}
