/** The official client of the Model Context Protocol with a person behind it, who is put the questions of runs. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";

export type Answer =
  | { action: "accept"; content: Record<string, string | number | boolean> }
  | { action: "decline" | "cancel" };

/** The official client as `token`, whose person answers so; `shown`: what they were asked. */
export async function clientWith(
  url: string,
  token: string,
  answer: (shown: object) => Answer | Promise<Answer>,
) {
  const shown: object[] = [];
  const client = new Client(
    { name: "a-test", version: "1" },
    { versionNegotiation: { mode: "auto" }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    shown.push(params);
    return answer(params);
  });
  const headers = { Authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return { client, shown };
}
