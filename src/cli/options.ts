/**
 * What each command takes on its line: one parser, and one form of answer to `--help` and to what it does not know.
 */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

export interface CommandLine {
  /** As it is typed: `npm start`, `npm run client`. */
  command: string;
  /** One line for each option and argument, for `--help`. */
  about: readonly string[];
  options?: ParseArgsOptionsConfig;
  /** What its words are; null: it takes none. */
  words: string | null;
}

/** Wrong words on the command line, said in full. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

export interface Given {
  /** By the option's name; options without a text are `flags`. */
  values: Readonly<Record<string, string | undefined>>;
  words: readonly string[];
  flags: readonly string[];
}

/** Variables that people take for options. */
const variables: Readonly<Record<string, string>> = {
  port: "PORT",
  host: "HOST",
  model: "OPENAI_MODEL",
  config: "BELAY_CONFIG",
  database: "DATABASE_URL",
};

/** null: `--help` was asked for, and `usageOf` answers it. @throws UsageError */
export function readLine(line: CommandLine, argv: readonly string[]): Given | null {
  const options = { ...line.options, help: { type: "boolean" as const, short: "h" } };
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  if (values.help) return null;
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(options, token.name)) throw new UsageError(unknown(line, token.rawName, token.name));
    if (token.value === undefined && options[token.name as "help"]?.type === ("string" as string))
      throw new UsageError(`${token.rawName} needs a value.\n${usageOf(line)}`);
  }
  const [first] = positionals;
  if (first !== undefined && line.words === null)
    throw new UsageError(`${line.command} takes no words; found ${JSON.stringify(first)}.\n${usageOf(line)}`);
  const texts = Object.entries(values).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const flags = Object.entries(values).flatMap(([name, value]) => (value === true ? [name] : []));
  return { values: Object.fromEntries(texts), words: positionals, flags };
}

function unknown(line: CommandLine, raw: string, name: string): string {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const hint = variable === undefined ? "" : ` Set the variable ${variable}, for example in .env.`;
  return `${line.command} has no option ${raw}.${hint}\n${usageOf(line)}`;
}

export function usageOf({ command, about, words, options = {} }: CommandLine): string {
  const names = Object.entries(options).map(([name, { type }]) =>
    type === "string" ? `[--${name} …]` : `[--${name}]`,
  );
  const dashes = names.length > 0 || words !== null ? " --" : "";
  const line = [`usage: ${command}${dashes}`, ...(words === null ? [] : [words]), ...names].join(" ");
  return [line, ...about.map((text) => `  ${text}`)].join("\n");
}
