/** What can't work in a declaration, told where it stands. */
import { checkSecret } from "../../src/tools/declared.ts";
import { nameHere } from "./names.ts";

interface Declared {
  name: string;
  prefix?: string;
  allow: "*" | readonly string[];
  tools?: Readonly<Record<string, unknown>>;
  command?: string;
  url?: string;
  private?: boolean;
  args?: unknown;
  bearer?: unknown;
  oauth?: { tokenUrl: string; clientSecret?: unknown };
}

/** Throws an Error that says what to correct. */
export function checkOptions({
  name,
  prefix = name.replaceAll("-", "_"),
  allow,
  tools = {},
  ...place
}: Declared): void {
  const wrong = (what: string) => new Error(`mcp ${JSON.stringify(name)}: ${what}`);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw wrong("name: lower-case letters, digits and -, at most 31, a letter first");
  }
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(prefix)) {
    throw wrong("prefix: lower-case letters, digits and _, at most 31, a letter first");
  }
  if (allow !== "*" && !Array.isArray(allow)) {
    throw wrong('allow: list the names of the tools that may be used, or write "*" for any');
  }
  if ((place.command === undefined) === (place.url === undefined)) {
    throw wrong("give it either a command (a process of this bot) or a url");
  }
  if (place.command === "") throw wrong("command: name a program");
  if (place.command !== undefined && /\s/.test(place.command) && !place.command.includes("/")) {
    const [program = "", ...args] = place.command.split(/\s+/);
    throw wrong(`command: name the program alone: command: "${program}", args: ${JSON.stringify(args)}`);
  }
  if (place.args !== undefined && !Array.isArray(place.args))
    throw wrong('args: write a list, like ["server.js"]');
  checkSecret(`mcp ${JSON.stringify(name)}: bearer`, place.bearer);
  checkSecret(`mcp ${JSON.stringify(name)}: oauth.clientSecret`, place.oauth?.clientSecret);
  if (place.bearer !== undefined && place.oauth !== undefined) throw wrong("give bearer or oauth, not both");
  for (const [key, url] of Object.entries({ url: place.url, "oauth.tokenUrl": place.oauth?.tokenUrl })) {
    const problem = url === undefined ? null : urlProblem(url, place.private ?? false);
    if (problem !== null) throw wrong(`${key}: ${problem}`);
  }
  for (const tool of Object.keys(tools)) {
    if (allow !== "*" && !allow.includes(tool)) throw wrong(`tools.${tool}: it is not in allow`);
  }
  for (const tool of allow === "*" ? [] : allow) {
    if (nameHere(prefix, tool) === null) throw wrong(`${tool}: its name with the prefix is longer than 63`);
  }
}

/** A token in clear text is everybody's on the way; a password in an address stands in logs. */
function urlProblem(text: string, isPrivate: boolean): string | null {
  const url = URL.parse(text);
  if (url === null) return "is no URL";
  if (url.username !== "" || url.password !== "") return "must hold no password; give it as bearer";
  if (url.protocol === "https:" || (url.protocol === "http:" && isPrivate)) return null;
  return "must begin with https:// (http:// only with private: true)";
}
