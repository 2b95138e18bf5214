/** The environment: where this bot runs, and its secrets. Reads a record, never process.env itself. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import type { Connection, Values } from "../core/ports/about.ts";
import { channels } from "./channels.ts";
import { flawOfPlace, isPostgres, placeAt } from "./database-place.ts";

/** Names and values as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

const secret = z.string();
const url = z.url({ protocol: /^https?$/, error: "must be an http(s) URL" });

/** Each one's words stand in docs/configuration.md too: `npm run docs`. */
export const variables = z.object({
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, "must be an address of this machine, e.g. 127.0.0.1")
    .default("127.0.0.1")
    .describe("the address to listen on"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "must be a port number")
    .transform(Number)
    .refine((port) => port <= 65535, "must be at most 65535")
    .prefault("3000")
    .describe("the port to listen on; 0 takes any that is free"),
  PUBLIC_URL: url.optional().describe("where people reach the console; links in chats lead there"),
  DATABASE_URL: z
    .string()
    .superRefine((text, context) => {
      const message = flawOfPlace(text);
      if (message !== null) context.addIssue({ code: "custom", message });
    })
    .default("data/belay.db")
    .describe("a file, or `postgres://…`; the owner's token lies beside the file, for PostgreSQL in `data/`"),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
      error: "must be one of fatal, error, warn, info, debug, trace, silent",
    })
    .default("info")
    .describe("how much the log says"),
  BELAY_AUTH: z
    .enum(["token", "none"], { error: "must be token or none" })
    .default("token")
    .describe("`none`: no token; on a loopback address only, without a proxy and a public name"),
  BELAY_TOKEN: secret
    .min(16, "must have at least 16 characters; unset it to have one made")
    .optional()
    .describe("the owner's API token, 16 characters or more; unset: one is made at the first start"),
  BELAY_CONFIG: z.string().optional().describe("another file than `belay.config.ts`"),
  OPENAI_API_KEY: secret
    .optional()
    .describe("the model's key; without it and without a base URL there is the demo model"),
  OPENAI_BASE_URL: url.optional().describe("a server that speaks OpenAI's API; see [models](models.md)"),
  OPENAI_MODEL: z.string().default("gpt-5").describe("the model of agents that name none"),
  OPENAI_API: z
    .enum(["responses", "chat"], { error: "must be responses or chat" })
    .optional()
    .describe("which of OpenAI's two APIs; unset: `chat` when a base URL is set, else `responses`"),
});

/** All that are read by name, those of the channels included. */
export const variableNames: readonly string[] = [
  ...Object.keys(variables.shape),
  ...channels.flatMap((channel) => Object.keys(channel.variables)),
];

/** Variables whose values may be shown in a problem; of the others only the length is told. */
const harmless = new Set(["HOST", "PORT", "LOG_LEVEL", "BELAY_AUTH", "OPENAI_MODEL", "OPENAI_API"]);

/** The variables after parsing, with defaults in place; secrets are in the clear. */
export interface Environment {
  host: string;
  port: number;
  publicUrl: string | null;
  /** An absolute file path, or `postgres://…`. */
  databaseUrl: string;
  logLevel: z.output<typeof variables>["LOG_LEVEL"];
  auth: "token" | "none";
  /** Where the database file and the token are. */
  dataDir: string;
  givenToken: string | null;
  model: { apiKey: string | null; baseUrl: string | null; model: string; api: "responses" | "chat" };
  /** Channels that these variables switch on, by name. */
  connections: Readonly<Record<string, Connection>>;
  /** The channels' own variables that are set and have their form, by name. */
  channelValues: Values;
}

/** Without a key and without a server of one's own there is the demo model. */
export function isDemo({ apiKey, baseUrl }: Pick<Environment["model"], "apiKey" | "baseUrl">): boolean {
  return apiKey === null && baseUrl === null;
}

/** The variables of `<root>/.env` under the real ones. An empty value counts as unset and switches the file's off. */
export function mergeEnvFile(env: Variables, root: string): Variables {
  const path = join(root, ".env");
  const merged = { ...(existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {}), ...env };
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined && value !== ""),
  );
}

/** Pushes one line to `problems` for each wrong variable; what it returns then stands in for it. */
export function readEnvironment(env: Variables, root: string, problems: string[]): Environment {
  const parsed = variables.safeParse(env);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0]));
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(`${name}: ${issue.message}; found ${shown(name, env[name] ?? "")}`);
  }
  const right = Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.includes(name)));
  const found = parsed.data ?? variables.parse(right);
  const databaseUrl = placeAt(found.DATABASE_URL, root);
  return {
    host: found.HOST,
    port: found.PORT,
    publicUrl: found.PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    databaseUrl,
    logLevel: found.LOG_LEVEL,
    auth: found.BELAY_AUTH,
    dataDir: isPostgres(databaseUrl) ? join(root, "data") : dirname(databaseUrl),
    givenToken: found.BELAY_TOKEN ?? null,
    model: {
      apiKey: found.OPENAI_API_KEY ?? null,
      baseUrl: found.OPENAI_BASE_URL ?? null,
      model: found.OPENAI_MODEL,
      // Compatible servers speak Chat Completions first, and often nothing else.
      api: found.OPENAI_API ?? (found.OPENAI_BASE_URL ? "chat" : "responses"),
    },
    ...connect(env, problems),
  };
}

/** A channel one of whose variables has a wrong form is off: that line says enough. */
function connect(env: Variables, problems: string[]): Pick<Environment, "connections" | "channelValues"> {
  const connections: Record<string, Connection> = {};
  const channelValues: Record<string, string> = {};
  for (const channel of channels) {
    const before = problems.length;
    for (const [name, { form, must }] of Object.entries(channel.variables)) {
      const value = env[name];
      if (value === undefined) continue;
      if (form.test(value)) channelValues[name] = value;
      else problems.push(`${name}: ${must}; found ${shown(name, value)}`);
    }
    if (problems.length > before) continue;
    const connection = channel.connect(channelValues, problems);
    if (connection) connections[channel.name] = connection;
  }
  return { connections, channelValues };
}

function shown(name: string, value: string): string {
  return harmless.has(name) ? JSON.stringify(value.slice(0, 80)) : `${value.length} characters`;
}

/** The host that the server binds to, a name or an IP address: whether only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
