/** What can't work in a declaration, told where it stands. */
import { nameHere } from "./names.ts";

interface Declared {
  name: string;
  prefix?: string;
  allow: "*" | readonly string[];
  tools?: Readonly<Record<string, unknown>>;
  command?: string;
}

/** Throws an Error that says what to correct. */
export function checkOptions({
  name,
  prefix = name.replaceAll("-", "_"),
  allow,
  tools = {},
  command,
}: Declared): void {
  const wrong = (what: string) => new Error(`mcp ${JSON.stringify(name)}: ${what}`);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw wrong("name: lower-case letters, digits and -, at most 31, a letter first");
  }
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(prefix)) {
    throw wrong("prefix: lower-case letters, digits and _, at most 31, a letter first");
  }
  if (command === "") throw wrong("command: name a program");
  for (const tool of Object.keys(tools)) {
    if (allow !== "*" && !allow.includes(tool)) throw wrong(`tools.${tool}: it is not in allow`);
  }
  for (const tool of allow === "*" ? [] : allow) {
    if (nameHere(prefix, tool) === null) throw wrong(`${tool}: its name with the prefix is longer than 63`);
  }
}
