/** `POST /mcp`: one message of the Model Context Protocol, answered without a session, so that every process can. */
import type { ServerContext } from "@modelcontextprotocol/server";
import { auditRefusal } from "../guard/audit.ts";
import { callerOf, demandScopes, lacksScope } from "../guard/auth.ts";
import { problemOf } from "../guard/bug.ts";
import type { Caller, Ctx, Server } from "../guard/context.ts";
import { demandKnownOrigin } from "../guard/origin.ts";
import { ProblemError } from "../guard/problems.ts";
import type { Handlers } from "../routes/route.ts";
import type { RunCommands } from "../routes/run-commands.ts";
import { refusalResult } from "./answer.ts";
import { callHash } from "./call-hash.ts";
import { offeredTools } from "./offered-tools.ts";
import { asksPeople, nextRound, type Round, roundIn, type Told } from "./rounds.ts";
import { runTools } from "./run-tools.ts";
import { type Asked, asProgram, keyInMeta, type McpTool } from "./tool.ts";

const instructions =
  "Belay runs an operations team's tools under its rules. A call that changes something waits until people approve it, where they are asked; that may take hours. Give such a call an idempotency_key of your own, and ask for its outcome with get_run instead of making it again. Nothing can be approved from here.";

/** The protocol is checked by its own package, which is loaded with the first message. */
export function mcpRoutes(server: Server, commands: RunCommands): Pick<Handlers, "mcp"> {
  const { config } = server;
  const tools = [...runTools(server, commands), ...offeredTools(server, commands)];
  return {
    mcp: async (c, { body }) => {
      demandKnownOrigin(c, config);
      const sdk = await import("@modelcontextprotocol/server");
      const caller = asProgram(callerOf(c));
      const handler = sdk.createMcpHandler(() => {
        const mcp = new sdk.Server(
          { name: "belay", title: "Belay", version: config.version },
          { capabilities: { tools: {} }, instructions },
        );
        mcp.setRequestHandler("tools/list", () => ({
          tools: tools.filter((tool) => isShown(tool, caller)).map(described),
        }));
        mcp.setRequestHandler("tools/call", ({ params }, context) => {
          const tool = tools.find(({ name }) => name === params.name);
          const wrong = (words: string) => new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, words);
          if (tool === undefined) throw wrong(`There is no tool ${params.name}.`);
          const args = params.arguments ?? {};
          const call = callHash(tool.name, args);
          const round = roundIn(context.mcpReq, call);
          if (round === "foreign") throw wrong(notOurs);
          return called(server, commands, c, { tool, caller, args, call, context, round });
        });
        return mcp;
      });
      return handler.fetch(requestFor(c, server, body.method), { parsedBody: body });
    },
  };
}

function isShown(tool: McpTool, caller: Caller): boolean {
  return lacksScope(caller, tool.scopes) === null && tool.isFor(caller);
}

function described({ name, description, inputSchema, outputSchema, annotations }: McpTool) {
  return {
    ...{ name, description, inputSchema, annotations },
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
}

const notOurs = "The call's requestState is not one that this server wrote for it. Make the call without it.";

interface Call {
  tool: McpTool;
  caller: Caller;
  args: unknown;
  call: string;
  context: ServerContext;
  round: Round | null;
}

/** A refusal is a result, in words that the client's model can act on. */
async function called(
  server: Server,
  commands: RunCommands,
  c: Ctx,
  { tool, caller, args, call, context, round }: Call,
): Promise<Told> {
  const { mcpReq } = context;
  const keys = [c.req.header("idempotency-key"), mcpReq._meta?.[keyInMeta]];
  const token = mcpReq._meta?.progressToken;
  try {
    demandScopes(caller, tool.scopes);
    const asked: Asked = {
      caller,
      canAsk: asksPeople(mcpReq, args),
      args,
      call,
      keys: keys.filter((key) => typeof key === "string"),
      signal: mcpReq.signal,
      tell: async (progress, message) => {
        if (token === undefined) return;
        const params = { progressToken: token, progress, message };
        await mcpReq.notify({ method: "notifications/progress", params });
      },
    };
    return round === null ? await tool.call(asked) : await nextRound(server, commands, asked, round);
  } catch (error) {
    const problem = problemOf(error, c, server);
    await auditRefusal(c, problem, server, `MCP ${tool.name}`);
    const { requestId } = c.var;
    const told =
      problem.code === "internal" ? `${problem.message} request_id: ${requestId}` : problem.message;
    return refusalResult(new ProblemError(problem.code, told, { more: problem.more }));
  }
}

/** The body was read; whoever leaves is waited for no longer, and what only listens ends with the server. */
function requestFor(c: Ctx, { streams }: Server, method: unknown): Request {
  const gone = new AbortController();
  // Without a connection (a test calls the app itself) nobody leaves.
  c.env?.outgoing?.once("close", () => gone.abort());
  const listens = method === "subscriptions/listen";
  const signal = listens ? AbortSignal.any([gone.signal, streams.ended]) : gone.signal;
  return new Request(c.req.url, { method: "POST", headers: c.req.raw.headers, signal });
}
