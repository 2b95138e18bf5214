/** A server of the Model Context Protocol as tools: those that are allowed, and that people have accepted. */
import { z } from "zod";
import type { Redact } from "../../src/core/text/redact.ts";
import { isSeen } from "../../src/core/text/visible.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Secret } from "../../src/tools/secret.ts";
import type { ToolServer } from "../../src/tools/tool-server.ts";
import { type ArgumentCheck, argumentCheck, whyUncheckable } from "./arguments.ts";
import { callTool } from "./call.ts";
import { checkOptions } from "./check.ts";
import { type Definition, flawFinder, told } from "./definition.ts";
import { checkOf, diagnoseServer } from "./doctor.ts";
import { Hidden } from "./hidden.ts";
import { nameHere } from "./names.ts";
import type { Options, ServerOptions, ToolRules } from "./options.ts";
import { Server } from "./server.ts";
import { secretsOf, wayTo } from "./ways.ts";

/** Throws an Error that says what to correct. */
export function mcp(options: ServerOptions): ToolServer {
  checkOptions(options);
  const { configDir, name, allow, prefix = name.replaceAll("-", "_") } = options;
  const secrets = secretsOf(options);
  const hidden = new Hidden(secrets.flatMap((secret) => (secret.isSet ? [secret.reveal()] : [])));
  const { redact } = hidden;
  const way = wayTo(options, hidden.grant);
  const server = new Server({
    ...{ folder: configDir, server: name, prefix, allow, way, redact },
    flawOf: flawFinder(),
  });
  const names = [...new Set([...(allow === "*" ? [] : allow), ...server.accepted.keys()])];
  return {
    name,
    tools: names.map((tool) => toolOf({ server, options, prefix, secrets, redact }, tool)),
    notes: server.notes,
    nameHere: (tool) => nameHere(prefix, tool) ?? tool,
    start: (watch) => server.start(watch),
    stop: () => server.connection.stop(),
    waiting: () => server.open.resting,
    giveUp: (call) => server.open.giveUp(call),
    status: () => server.status(),
    look: () => server.look(),
    check: checkOf(name),
    diagnose: () => diagnoseServer(server),
    review: () => server.review(),
    accept: (acceptance) => server.accept(acceptance),
  };
}

interface Made {
  server: Server;
  options: Options;
  prefix: string;
  secrets: readonly Secret[];
  redact: Redact;
}

function toolOf(made: Made, tool: string): Tool {
  const name = nameHere(made.prefix, tool) ?? "";
  const definition = made.server.accepted.get(tool);
  return definition === undefined ? missing(made, name) : accepted(made, name, definition);
}

/** Allowed, and not accepted: agents may name it, and the start says what is to be done. */
function missing({ options }: Made, name: string): Tool {
  return defineTool({
    ...{ name, description: "Not accepted.", input: z.object({}), effect: "once" },
    off: `nobody has accepted what ${options.name} offers: npm run mcp -- accept ${options.name}`,
    run: () => {
      throw new Error("It is not accepted.");
    },
  });
}

function accepted({ server, options, secrets, redact }: Made, name: string, definition: Definition): Tool {
  const {
    effect,
    requiresApproval,
    timeoutMs = 60_000,
    maxOutput,
    untrusted = true,
  } = {
    ...rulesIn(options),
    ...options.tools?.[definition.name],
  };
  const check = argumentCheck(definition.schema);
  const absence = () => server.absence(definition.name);
  const callee = {
    ...{ server: options.name, tool: name, connection: server.connection, open: server.open },
    ...{ definition, absence, timeoutMs, redact },
    effect: effect ?? "once",
  };
  return defineTool<Record<string, unknown>>({
    ...{ name, ...told(definition), timeoutMs, untrusted, secrets, absence },
    ...(effect === undefined ? {} : { effect }),
    ...(requiresApproval === undefined ? {} : { requiresApproval }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    input: z.looseObject({}).superRefine((input, context) => {
      const message = wrongIn(input, check);
      if (message !== null) context.addIssue({ code: "custom", message });
    }),
    preview: async () => shown(options.name, definition),
    run: (input, context) => callTool(callee, input, context),
  });
}

/** What can't be checked is not sent. */
function wrongIn(input: unknown, check: ArgumentCheck): string | null {
  try {
    return check(input);
  } catch (error) {
    return `these arguments can't be checked by the server's schema: ${whyUncheckable(error)}`;
  }
}

/** The server's own words of its effect, for who approves; marked as what they are. */
function shown(server: string, { name, claims }: Definition): string {
  const said =
    claims.length === 0 ? "says nothing of its effect" : `says of it, unchecked: ${claims.join(", ")}`;
  return `The tool ${isSeen(name) ? name : JSON.stringify(name)} of the MCP server ${server}, which ${said}.`;
}

function rulesIn({ effect, requiresApproval, timeoutMs, maxOutput, untrusted }: ToolRules): ToolRules {
  return {
    ...(effect === undefined ? {} : { effect }),
    ...(requiresApproval === undefined ? {} : { requiresApproval }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(untrusted === undefined ? {} : { untrusted }),
  };
}
