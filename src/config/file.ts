/** belay.config.ts: what this bot is. Its schema, its type, and its loading. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { scopes } from "../core/actor.ts";
import type { Tool } from "../tools/contract.ts";
import type { Secret } from "../tools/secret.ts";
import type { Setting } from "../tools/setting.ts";
import { peopleSchema, rightsSchema } from "./rights.ts";
import { callbackHostSchema, githubSchema, mailSchema, scheduleSchema, webhookSchema } from "./triggers.ts";

/** US dollars per million tokens. */
const priceSchema = z.strictObject({
  input: z.number().nonnegative(),
  /** Input tokens that the provider had in its prompt cache. */
  cachedInput: z.number().nonnegative(),
  output: z.number().nonnegative(),
});
export type Price = z.infer<typeof priceSchema>;

/** API tokens beside the owner's: `token:<name>` may do what its scopes and the agents' rights both allow. */
const tokenSchema = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,63}$/),
  /** The variable that holds the token. Unset: there is no such token. */
  secretEnv: z.string().regex(/^[A-Z][A-Z0-9_]*$/, "is the name of an environment variable"),
  scopes: z.array(z.enum(scopes)).min(1),
});

/** What belay.config.ts makes its tools from. */
export interface ToolsPlace {
  /** The folder of the database, for what tools keep. */
  dataDir: string;
  /** A secret by the name of its variable (or of `<name>_FILE`, which names a file): read once, and never shown. */
  secret: (name: string) => Secret;
  /** A variable that is no secret, by its name: an address, for example. */
  setting: (name: string) => Setting;
  /** The demo model answers: there is no key and no server of a real one. */
  isDemo: boolean;
}

/** Tools are code: only their shape is looked at. */
const toolSchema = z.custom<Tool>(
  (tool) => typeof tool === "object" && tool !== null && "spec" in tool && "run" in tool,
  "is not made by defineTool",
);
const toolsSchema = z.union([
  z.array(toolSchema).readonly(),
  z.custom<(place: ToolsPlace) => readonly Tool[]>((made) => typeof made === "function"),
]);

const fileSchema = z.strictObject({
  /** Tools of this bot beside the control tools, or a function that makes them from a place and secrets. */
  tools: toolsSchema.default([]),
  /** Who may do what with which agent's runs. */
  agents: rightsSchema.default({}),
  people: peopleSchema.default({}),
  defaultAgent: z.string().default("default"),
  /** Which agent answers where: an address or the beginning of one (`slack:T1/C1`) and the agent's name. */
  routes: z.record(z.string(), z.string()).default({}),
  /** By model name. A model without a price is counted in tokens only. */
  prices: z.record(z.string(), priceSchema).default({}),
  webhooks: z.array(webhookSchema).default([]),
  callbackHosts: z.array(callbackHostSchema).default([]),
  github: githubSchema.nullable().default(null),
  schedules: z.array(scheduleSchema).default([]),
  mail: mailSchema.nullable().default(null),
  tokens: z.array(tokenSchema).default([]),
  /** A proxy with TLS stands in front and sets X-Forwarded-For. */
  trustProxy: z.boolean().default(false),
  /** Host headers that are answered, beside loopback and PUBLIC_URL's. */
  allowedHosts: z.array(z.string()).default([]),
  /** Origins whose pages may call the API with a token. */
  corsOrigins: z.array(z.string()).default([]),
  /** Hosts that links of a run may lead to even after it has read untrusted text. */
  trustedLinkHosts: z.array(z.string()).default([]),
});

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
  const parsed = fileSchema.safeParse(await importDefault(path, named, problems));
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    problems.push(`belay.config.ts: ${issue.path.map(String).join(".") || "the export"}: ${issue.message}`);
  }
  return fileSchema.parse({});
}

async function importDefault(path: string, named: boolean, problems: string[]): Promise<unknown> {
  if (!existsSync(path)) {
    if (named) problems.push(`BELAY_CONFIG: there is no file ${path}; correct the path or unset it`);
    return {};
  }
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    if (module.default === undefined) problems.push("belay.config.ts: nothing is exported as default");
    return module.default ?? {};
  } catch (error) {
    problems.push(`belay.config.ts: it can't be loaded: ${error instanceof Error ? error.message : error}`);
    return {};
  }
}
