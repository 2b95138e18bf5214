/** A server made with the official library: its one tool asks twice, in rounds (2026-07-28), and keeps nothing itself. */
import { fromJsonSchema, inputRequired, inputResponse, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const schema = {
  type: "object",
  properties: { service: { type: "string" } },
  required: ["service"],
} as const;

serveStdio(() => {
  const server = new McpServer({ name: "official", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.registerTool(
    "deploy",
    { description: "Deploys.", inputSchema: fromJsonSchema<{ service: string }>(schema) },
    async ({ service }, { mcpReq }) => {
      const version = mcpReq.requestState<string>();
      const answer = inputResponse(mcpReq.inputResponses, version === undefined ? "version" : "sure");
      if (answer.kind !== "elicit" || answer.action !== "accept") {
        const requestedSchema = {
          type: "object",
          properties: { version: { type: "string" } },
          required: ["version"],
        } as const;
        return inputRequired({
          inputRequests: {
            version: inputRequired.elicit({
              message: "Which version?",
              requestedSchema: { ...requestedSchema, required: ["version"] },
            }),
          },
        });
      }
      if (version !== undefined) {
        return { content: [{ type: "text", text: `deployed ${version} of ${service}` }] };
      }
      const chosen = String(answer.content?.version);
      return inputRequired({
        requestState: chosen,
        inputRequests: {
          sure: inputRequired.elicit({
            message: `Deploy ${chosen} of ${service}?`,
            requestedSchema: {
              type: "object",
              properties: { sure: { type: "boolean" } },
              required: ["sure"],
            },
          }),
        },
      });
    },
  );
  return server;
});
