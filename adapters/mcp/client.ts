/** The SDK's client as this bot uses it: what it can do for a server, and what it refuses with words. */
import { Client, type ElicitResult, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";
import type { ElicitParams } from "./elicitation.ts";

const refusals: Readonly<Record<string, string>> = {
  "sampling/createMessage": "This client lends its model to no server.",
  "roots/list": "This client shows no folders to servers; they are given in its configuration.",
};

/** What becomes of a client. */
interface ClientEvents {
  closed(): void;
  /** It says that its tools did. */
  changed(): void;
  /** It asks people in the middle of a call. Throws a ProtocolError with words for it. */
  asked(params: ElicitParams, client: Client): Promise<ElicitResult>;
}

/** `auto`: the server is asked for its newest protocol first. */
export function clientOf(mode: "auto" | "legacy", on: ClientEvents): Client {
  const client = new Client(
    { name: "belay", version: "1" },
    {
      capabilities: { elicitation: { form: {}, url: {} } },
      // A question to people takes days: whoever called goes on with it, not the client.
      inputRequired: { autoFulfill: false },
      versionNegotiation: { mode, probe: { timeoutMs: 5_000 } },
      listChanged: { tools: { autoRefresh: false, onChanged: on.changed } },
    },
  );
  client.onclose = on.closed;
  // Messages that nobody asked for, or that can't be read: whoever waits for an answer has a time limit.
  client.onerror = () => {};
  client.setRequestHandler("elicitation/create", ({ params }) => on.asked(params, client));
  client.fallbackRequestHandler = async ({ method }) => {
    const words = refusals[method] ?? "This client answers no such request.";
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, words);
  };
  return client;
}
