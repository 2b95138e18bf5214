/** belay.config.ts: what this bot is. Its schema, its type, and its loading. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { checkedBy, lineOf } from "../core/misfits.ts";
import type { Tool } from "../tools/contract.ts";
import type { Secret } from "../tools/secret.ts";
import type { Setting } from "../tools/setting.ts";
import type { ToolServer } from "../tools/tool-server.ts";
import { freezeSchema } from "./freezes.ts";
import { tokensSchema } from "./named-tokens.ts";
import { offeredSchema } from "./offered.ts";
import { peopleSchema, rightsSchema } from "./rights.ts";
import { scheduleSchema } from "./schedules.ts";
import { callbackHostSchema, githubSchema, mailSchema, webhookSchema } from "./triggers.ts";

/** US dollars per million tokens. */
const priceSchema = z.strictObject({
  input: z.number().nonnegative().describe("US dollars for a million input tokens"),
  cachedInput: z
    .number()
    .nonnegative()
    .describe("the same, for input tokens that the provider had in its prompt cache"),
  output: z.number().nonnegative().describe("US dollars for a million output tokens"),
});
/** US dollars for a million tokens of each kind. */
export type Price = z.infer<typeof priceSchema>;

/** What belay.config.ts makes its tools from. */
export interface ToolsPlace {
  /** The folder of the database, for what tools keep. */
  dataDir: string;
  /** The folder of belay.config.ts, for what is reviewed with it. */
  configDir: string;
  /** A secret by the name of its variable (or of `<name>_FILE`, which names a file): read once, and never shown. */
  secret: (name: string) => Secret;
  /** A variable that is no secret, by its name: an address, for example. */
  setting: (name: string) => Setting;
  /** The demo model answers: there is no key and no server of a real one. */
  isDemo: boolean;
}

/** Tools are code, and so are servers of tools: only their shape is looked at. */
export const toolSchema = z.custom<Tool | ToolServer>(
  (one) =>
    typeof one === "object" &&
    one !== null &&
    (("spec" in one && "run" in one) || ("tools" in one && "start" in one)),
  "is not made by defineTool",
);
const toolsSchema = z.union(
  [
    z.array(toolSchema).readonly(),
    z.custom<(place: ToolsPlace) => readonly (Tool | ToolServer)[]>((made) => typeof made === "function"),
  ],
  { error: "must be a list of tools, or a function that returns one" },
);

/** Each key's words stand in docs/configuration.md too: `npm run docs`. */
export const fileSchema = z.strictObject({
  tools: toolsSchema
    .default([])
    .describe(
      "tools of this bot beside the control tools: a list of what `defineTool` and `mcp` make, or a function of `{ dataDir, configDir, secret, setting, isDemo }` that returns one",
    ),
  agents: rightsSchema
    .default({})
    .describe(
      'who may do what: by agent name, `"*"` for every agent. An agent\'s own list replaces that of `"*"`',
    ),
  people: peopleSchema
    .default({})
    .describe('groups by name: `{ oncall: ["slack:T1/U1"] }`, used in any list as `@oncall`'),
  defaultAgent: z
    .string()
    .default("default")
    .describe("who answers where no route and no name says otherwise"),
  routes: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "which agent answers where: an address or the beginning of one (`slack:T1/C1`) and the agent's name",
    ),
  prices: z
    .record(z.string(), priceSchema)
    .default({})
    .describe(
      "by model name. What a model without a price has cost is not known: no limit of money can be kept for it",
    ),
  webhooks: z.array(webhookSchema).default([]).describe("see [webhooks](webhooks.md)"),
  callbackHosts: z.array(callbackHostSchema).default([]).describe("hosts that results may be sent to"),
  github: githubSchema.nullable().default(null).describe("how results are told to GitHub; null: not at all"),
  schedules: z.array(scheduleSchema).default([]).describe("tasks that begin by the clock"),
  freezes: z
    .array(freezeSchema)
    .default([])
    .describe(
      "spans of time in which no call that changes something is begun; see [freezes](access.md#freezes)",
    ),
  mail: mailSchema.nullable().default(null).describe("see [mail](email.md); null: no mail"),
  mcp: offeredSchema
    .prefault({})
    .describe("what clients of this bot's MCP server get beside the runs; see [MCP](mcp.md)"),
  tokens: tokensSchema.default([]).describe("API tokens beside the owner's"),
  trustProxy: z
    .boolean()
    .default(false)
    .describe("a proxy with TLS stands in front and sets `X-Forwarded-For`"),
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe("`Host` headers that are answered, beside loopback's and that of `PUBLIC_URL`"),
  auditDays: z
    .number()
    .int()
    .min(1)
    .max(36_500)
    .default(365)
    .describe("for so many days it is kept who was refused what"),
  corsOrigins: z.array(z.string()).default([]).describe("origins whose pages may call the API with a token"),
  trustedLinkHosts: z
    .array(z.string())
    .default([])
    .describe("hosts that a run's links may lead to even after it has read untrusted text"),
});

/** The file after parsing, with defaults in place. */
export type ConfigFile = z.infer<typeof fileSchema>;

/** Types belay.config.ts; changes nothing. */
export function defineConfig(config: z.input<typeof fileSchema>): z.input<typeof fileSchema> {
  return config;
}

/**
 * Loads and checks the file at this absolute path. `named`: somebody asked for exactly this file, so it must exist;
 * else a missing file means all defaults.
 */
export async function loadFile(path: string, named: boolean, problems: string[]): Promise<ConfigFile> {
  const file = basename(path);
  const read = checkedBy(fileSchema, await importDefault(path, named, problems));
  if ("data" in read) return read.data;
  for (const misfit of read.misfits) problems.push(`${file}: ${lineOf(misfit, "the export")}`);
  return fileSchema.parse({});
}

async function importDefault(path: string, named: boolean, problems: string[]): Promise<unknown> {
  if (!existsSync(path)) {
    if (named) problems.push(`BELAY_CONFIG: there is no file ${path}; correct the path or unset it`);
    return {};
  }
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    if (module.default === undefined) problems.push(`${basename(path)}: nothing is exported as default`);
    return module.default ?? {};
  } catch (error) {
    problems.push(
      `${placeOf(error, path)}: it can't be loaded: ${error instanceof Error ? error.message : error}`,
    );
    return {};
  }
}

/** The file and, of what can't be read as a program, the line: it stands only at the head of the stack. */
function placeOf(error: unknown, path: string): string {
  if (!(error instanceof SyntaxError)) return basename(path);
  const [, file, line] = /^(?:file:\/\/)?(\/.*|[A-Za-z]:.*):(\d+)$/m.exec(error.stack ?? "") ?? [];
  return file === undefined ? basename(path) : `${basename(file)}:${line}`;
}
