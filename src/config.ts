/** Reads the environment, belay.config.ts and prompts into one frozen Config, or throws one list of all problems. */
import { createHash, hkdfSync } from "node:crypto";
import { dirname, resolve } from "node:path";
import { approverWarnings } from "./config/approvers.ts";
import {
  allTools,
  checkBind,
  priceWarnings,
  type ToolsOff,
  toolsThatAreOn,
  withSecrets,
} from "./config/checks.ts";
import {
  type Environment,
  isDemo,
  mergeEnvFile,
  readEnvironment,
  type Variables,
  variableNames,
} from "./config/environment.ts";
import { loadFile, type Price } from "./config/file.ts";
import { misspelt, namesIn } from "./config/misspelt.ts";
import { type Offered, resolveOffered } from "./config/offered.ts";
import { readAgents } from "./config/read-agents.ts";
import { resolveTriggers, type Triggers } from "./config/resolve-triggers.ts";
import { secretsOf } from "./config/secrets.ts";
import { loadToken, namedTokens, tokenFile, tokenIn } from "./config/token.ts";
import { toolSecrets as secretsForTools } from "./config/tool-secrets.ts";
import { readToolServers } from "./config/tool-servers.ts";
import { type Scope, scopes } from "./core/actor.ts";
import type { Agent, FreezeRule, Rights } from "./core/agent.ts";
import type { Tool } from "./tools/contract.ts";
import type { ToolServer } from "./tools/tool-server.ts";

export interface Config extends Omit<Environment, "givenToken">, Readonly<Triggers> {
  /** The owner's API token in the clear: for the command line. */
  token: string;
  /** Where the owner finds it, for people: a file or the variable. */
  tokenPlace: string;
  /** All API tokens as the server knows them: SHA-256 (hex). The owner's is named `local`. */
  tokens: readonly { name: string; hash: string; scopes: readonly Scope[] }[];
  /**
   * Of the owner's token: signed the one-time URLs of events before there was a key of their own (see config/keys.ts).
   */
  tokenEventKey: Uint8Array;
  /** By model name. */
  prices: Readonly<Record<string, Price>>;
  agents: readonly Agent[];
  defaultAgent: string;
  /** Address or the beginning of one → agent name. */
  routes: Readonly<Record<string, string>>;
  /** By agent name, and under `*` of agents that are gone; groups expanded, triggers included. */
  rights: Readonly<Record<string, Rights>>;
  freezes: readonly FreezeRule[];
  /** The control tools and those of belay.config.ts; those of `botTools` are added where there is a bot. */
  tools: readonly Tool[];
  /** The same with those that are off or lack a secret. */
  declaredTools: readonly Tool[];
  /** Foreign servers whose tools stand among `tools`. */
  toolServers: readonly ToolServer[];
  /** What clients of the MCP server are offered; of the tools those that are on. */
  mcp: Offered;
  /** Host names answered beside loopback's and PUBLIC_URL's. */
  allowedHosts: readonly string[];
  corsOrigins: readonly string[];
  trustProxy: boolean;
  trustedLinkHosts: readonly string[];
  auditDays: number;
  /** Values that must never be shown, for the redactor. */
  secrets: readonly string[];
  /** What works, but not as somebody may think: told at start, and by the doctor. */
  warnings: readonly string[];
  /** What is off and would be on with one more variable: told at start, and by the doctor. */
  toolsOff: readonly ToolsOff[];
}

/** Everything that is wrong at once, each line naming the variable or file, what was found and what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(["the configuration can't work:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const projectRoot = resolve(import.meta.dirname, "..");

/** The variables of this process, for whoever starts a bot on others made from them. */
export function ownEnvironment(): Variables {
  return process.env;
}

/** `root`: the folder of belay.config.ts, prompts and data. Throws ConfigError. */
export async function loadConfig(
  env: Variables = ownEnvironment(),
  root: string = projectRoot,
): Promise<Readonly<Config>> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const variables = mergeEnvFile(env, root);
  const environment = readEnvironment(variables, root, problems);
  const path = resolve(root, variables.BELAY_CONFIG ?? "belay.config.ts");
  const beforeFile = problems.length;
  const file = await loadFile(path, variables.BELAY_CONFIG !== undefined, problems);
  const isFileSound = problems.length === beforeFile;
  checkBind(environment, file, problems);
  const toolSecrets = secretsForTools(variables, problems);
  const { secret, setting } = toolSecrets;
  const { dataDir, model } = environment;
  const place = { dataDir, configDir: dirname(path), secret, setting, isDemo: isDemo(model) };
  const { tools: declared, servers: toolServers, known: areToolsKnown } = allTools(file, place, problems);
  const triggers = resolveTriggers(file, variables, dirname(path), problems, warnings);
  // What hangs on a file that could not be read is not complained of one by one.
  const { agents, rights, freezes } = isFileSound
    ? readAgents(file, root, areToolsKnown ? declared : null, triggers, problems)
    : { agents: [], rights: {}, freezes: [] };
  const offered = resolveOffered(file, declared, problems);
  // A list that several agents share is wrong once.
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  warnings.push(...priceWarnings(environment, file, agents));
  warnings.push(
    ...approverWarnings(toolsThatAreOn(declared, []), freezes, { agents, rights, tokens: file.tokens }),
  );
  warnings.push(...misspelt(variables, variableNames, namesIn({ ...file, tools: [] })));
  const toolsOff: ToolsOff[] = [];
  warnings.push(...toolServers.flatMap((server) => server.notes));
  const tools = withSecrets(toolsThatAreOn(declared, toolsOff), warnings);
  const isOn = (name: string) => tools.some(({ spec }) => spec.name === name);

  // Last, because it writes: a wrong configuration leaves nothing behind.
  const { givenToken, ...known } = environment;
  const token = givenToken ?? keptToken(known.dataDir, warnings);
  const tokenPlace = givenToken === null ? tokenFile(known.dataDir) : "in BELAY_TOKEN";
  const tokens = [{ name: "local", value: token, scopes }, ...namedTokens(file, variables, warnings)];
  const { defaultAgent, routes, prices, allowedHosts, corsOrigins, trustProxy } = file;
  const { trustedLinkHosts, auditDays } = file;
  const hashOf = (value: string) => createHash("sha256").update(value).digest("hex");
  const byHash = tokens.map(({ value, ...rest }) => ({ ...rest, hash: hashOf(value) }));
  const secrets = secretsOf(environment, triggers, [
    ...tokens.map(({ value }) => value),
    ...toolSecrets.values(),
  ]);
  const tokenEventKey = new Uint8Array(hkdfSync("sha256", token, "", "belay wait_for_event", 32));
  return Object.freeze({
    ...known,
    ...triggers,
    ...{ defaultAgent, routes, prices, allowedHosts, corsOrigins, trustProxy, trustedLinkHosts, auditDays },
    ...{ agents, rights, freezes, tools, declaredTools: declared, toolServers },
    ...{ token, tokenPlace, tokens: byHash, tokenEventKey },
    ...{ secrets, warnings, toolsOff, mcp: { ...offered, tools: offered.tools.filter(isOn) } },
  });
}

/** The servers of tools alone, as they are set up here. */
export function loadToolServers(env: Variables = process.env, root: string = projectRoot) {
  return readToolServers(env, root);
}

/** Where a client on this machine finds the server. The server complains of what is wrong in the environment. */
export function loadPlace(
  env: Variables = process.env,
  root: string = projectRoot,
): { url: string; publicUrl: string | null; token: string | null; databaseUrl: string } {
  const { host, port, publicUrl, dataDir, givenToken, databaseUrl } = readEnvironment(
    mergeEnvFile(env, root),
    root,
    [],
  );
  const url = `http://${hostToReach(host)}:${port}`;
  return { url, publicUrl, token: givenToken ?? tokenIn(dataDir), databaseUrl };
}

/** A server that listens on every address is reached on the loopback one. */
function hostToReach(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** @throws ConfigError when its folder can't hold it */
function keptToken(dataDir: string, warnings: string[]): string {
  try {
    return loadToken(dataDir, warnings);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new ConfigError([
      `DATABASE_URL: the owner's token can't be kept in ${dataDir}: ${error.message}; name a file in a folder that this user may write, or set BELAY_TOKEN`,
    ]);
  }
}
