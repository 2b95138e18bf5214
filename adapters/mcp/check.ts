/** What can't work in a declaration, told where it stands. */
import { z } from "zod";
import { checkDeclared, titled, toolSchema } from "../../src/tools/declared.ts";
import {
  aSecret,
  callable,
  environment,
  faultOfTls,
  mustBe,
  serverUrl,
  words,
} from "../../src/tools/declared-values.ts";
import { nameHere } from "./names.ts";
import type { Options, ServerOptions, ToolRules } from "./options.ts";
import type { Http, Stdio } from "./ways.ts";

const ruleShape = toolSchema.pick({
  ...{ effect: true, requiresApproval: true, timeoutMs: true, maxOutput: true, untrusted: true },
}).shape satisfies Record<keyof ToolRules, z.ZodType>;

const optionShape = {
  configDir: z.string().min(1),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, "is lower-case letters, digits and -, at most 31, a letter first"),
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, "is lower-case letters, digits and _, at most 31, a letter first")
    .optional(),
  allow: z.union([z.literal("*"), z.array(z.string())], {
    error: mustBe('a list of the names of the tools that may be used, or "*" for any'),
  }),
  tools: z.record(z.string(), z.strictObject(ruleShape)).optional(),
  ...ruleShape,
} satisfies Record<keyof Options, z.ZodType>;

const processSchema = z.strictObject({
  ...optionShape,
  ...({
    command: z.string().min(1),
    args: z.array(z.string(), { error: mustBe('a list, like ["server.js"]') }).optional(),
    env: environment.optional(),
    cwd: words.optional(),
  } satisfies Record<keyof Stdio, z.ZodType>),
});

const mcpUrl = serverUrl("https://tools.example.com/mcp", { mayQuery: true });
const httpSchema = z.strictObject({
  ...optionShape,
  ...({
    url: mcpUrl,
    private: z.boolean().optional(),
    bearer: aSecret.optional(),
    oauth: z
      .strictObject({ tokenUrl: mcpUrl, clientId: words, clientSecret: aSecret, scope: words.optional() })
      .optional(),
    resolve: callable.optional(),
  } satisfies Record<keyof Http, z.ZodType>),
});

/** Throws an Error that says what to correct. */
export function checkOptions(options: ServerOptions): void {
  const what = titled("mcp", options);
  const given = { command: undefined, url: undefined, ...options };
  if (options && (given.command === undefined) === (given.url === undefined))
    throw new Error(`${what}: give it either a command (a process of this bot) or a url`);
  checkDeclared(what, given.url === undefined ? processSchema : httpSchema, options && given);
  const problem = commandProblem(options) ?? wayProblem(options) ?? toolProblem(options);
  if (problem !== null) throw new Error(`${what}: ${problem}`);
}

function commandProblem(place: Stdio | Http): string | null {
  if (!("command" in place) || !/\s/.test(place.command) || place.command.includes("/")) return null;
  const [program = "", ...args] = place.command.split(/\s+/);
  return `command: name the program alone: command: "${program}", args: ${JSON.stringify(args)}`;
}

function wayProblem(place: Stdio | Http): string | null {
  if (!("url" in place)) return null;
  const { url, bearer, oauth, private: isPrivate = false } = place;
  if (bearer !== undefined && oauth !== undefined) return "give bearer or oauth, not both";
  for (const [key, address] of Object.entries({ url, "oauth.tokenUrl": oauth?.tokenUrl })) {
    const fault = address === undefined ? null : faultOfTls(address, isPrivate);
    if (fault !== null) return `${key}: ${fault}`;
  }
  return null;
}

function toolProblem({
  allow,
  name,
  prefix = name.replaceAll("-", "_"),
  tools = {},
}: Options): string | null {
  if (allow === "*") return null;
  const ruled = Object.keys(tools).find((tool) => !allow.includes(tool));
  if (ruled !== undefined) return `tools.${ruled}: it is not in allow`;
  const long = allow.find((tool) => nameHere(prefix, tool) === null);
  return long === undefined ? null : `${long}: its name with the prefix is longer than 63`;
}
