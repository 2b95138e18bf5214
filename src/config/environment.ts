/** The environment: where this bot runs, and its secrets. Reads a record, never process.env itself. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";

export type Variables = Readonly<Record<string, string | undefined>>;

const secret = z.string();
const url = z.url({ protocol: /^https?$/, error: "must be an http(s) URL" });

const variables = z.object({
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, "must be an address of this machine, e.g. 127.0.0.1")
    .default("127.0.0.1"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "must be a port number")
    .transform(Number)
    .refine((port) => port <= 65535, "must be at most 65535")
    .default(3000),
  PUBLIC_URL: url.optional(),
  DATABASE_URL: z
    .string()
    .refine(
      (text) => !/^[a-z][\w+.-]+:\/\//i.test(text) || /^postgres(ql)?:\/\//.test(text),
      "must be a file path or postgres://…",
    )
    .default("data/belay.db"),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
      error: "must be one of fatal, error, warn, info, debug, trace, silent",
    })
    .default("info"),
  BELAY_AUTH: z.enum(["token", "none"], { error: "must be token or none" }).default("token"),
  BELAY_TOKEN: secret.min(16, "must have at least 16 characters; unset it to have one made").optional(),
  BELAY_CONFIG: z.string().optional(),
  OPENAI_API_KEY: secret.optional(),
  OPENAI_BASE_URL: url.optional(),
  OPENAI_MODEL: z.string().default("gpt-5"),
  OPENAI_API: z.enum(["responses", "chat"], { error: "must be responses or chat" }).optional(),
  SLACK_BOT_TOKEN: secret.startsWith("xoxb-", "must be a bot token, which starts with xoxb-").optional(),
  SLACK_APP_TOKEN: secret
    .startsWith("xapp-", "must be an app-level token, which starts with xapp-")
    .optional(),
  SLACK_SIGNING_SECRET: secret.optional(),
  SLACK_API_URL: url.optional(),
  DISCORD_BOT_TOKEN: secret.optional(),
  DISCORD_API_URL: url.optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, "must be smtp://… or smtps://…")
    .optional(),
});

/** Variables whose values may be shown in a problem; of the others only the length is told. */
const harmless = new Set(["HOST", "PORT", "LOG_LEVEL", "BELAY_AUTH", "OPENAI_MODEL", "OPENAI_API"]);

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
  /** `appToken`: Socket Mode. `signingSecret`: HTTP. One of them is there. */
  slack: {
    botToken: string;
    appToken: string | null;
    signingSecret: string | null;
    apiUrl: string | null;
  } | null;
  discord: { token: string; apiUrl: string | null } | null;
  smtpUrl: string | null;
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
  const isFile = !/^postgres(ql)?:\/\//.test(found.DATABASE_URL);
  const databaseUrl = isFile ? resolve(root, found.DATABASE_URL) : found.DATABASE_URL;
  return {
    host: found.HOST,
    port: found.PORT,
    publicUrl: found.PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    databaseUrl,
    logLevel: found.LOG_LEVEL,
    auth: found.BELAY_AUTH,
    dataDir: isFile ? dirname(databaseUrl) : join(root, "data"),
    givenToken: found.BELAY_TOKEN ?? null,
    model: {
      apiKey: found.OPENAI_API_KEY ?? null,
      baseUrl: found.OPENAI_BASE_URL ?? null,
      model: found.OPENAI_MODEL,
      // Compatible servers speak Chat Completions first, and often nothing else.
      api: found.OPENAI_API ?? (found.OPENAI_BASE_URL ? "chat" : "responses"),
    },
    slack: slackOf(found, wrong, problems),
    discord: found.DISCORD_BOT_TOKEN
      ? { token: found.DISCORD_BOT_TOKEN, apiUrl: found.DISCORD_API_URL ?? null }
      : null,
    smtpUrl: found.SMTP_URL ?? null,
  };
}

function slackOf(
  found: z.output<typeof variables>,
  wrong: readonly string[],
  problems: string[],
): Environment["slack"] {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = found;
  // One that is there but wrong has its own line already.
  if (wrong.some((name) => name.startsWith("SLACK_"))) return null;
  if (!botToken) {
    if (appToken || signingSecret) {
      const other = appToken ? "SLACK_APP_TOKEN" : "SLACK_SIGNING_SECRET";
      problems.push(`SLACK_BOT_TOKEN: not set while ${other} is; set both, or neither to leave Slack off`);
    }
    return null;
  }
  if (!appToken && !signingSecret) {
    problems.push(
      "SLACK_BOT_TOKEN: set, but Slack can't reach the bot; set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)",
    );
    return null;
  }
  return {
    botToken,
    appToken: appToken ?? null,
    signingSecret: signingSecret ?? null,
    apiUrl: found.SLACK_API_URL ?? null,
  };
}

function shown(name: string, value: string): string {
  return harmless.has(name) ? JSON.stringify(value.slice(0, 80)) : `${value.length} characters`;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
