/** How a server's tools stand against what was accepted. */
import type { ServedTool } from "../../src/core/ports/tool-server.ts";
import { cut } from "../../src/core/text/brief.ts";
import { didYouMean } from "../../src/core/text/closest.ts";
import { type Definition, hashOf } from "./definition.ts";
import { differenceOf } from "./difference.ts";
import { nameHere, sharedNames } from "./names.ts";

export interface Rules {
  server: string;
  prefix: string;
  allow: "*" | readonly string[];
  /** Why it can't be a tool here; null: it can. */
  flawOf: (definition: Definition) => string | null;
  /** Takes out secrets, which a server may have put into what it says. */
  redact: (text: string) => string;
}

/** Longer ones belong to no tool, and are shown as they begin. */
const longestName = 100;

export function isAllowed({ allow }: Pick<Rules, "allow">, tool: string): boolean {
  return allow === "*" || allow.includes(tool);
}

/** Of the allowed tools of a server those that can be tools here, and why the others can't. */
export function sound(
  rules: Rules,
  definitions: readonly Definition[],
): { fit: Definition[]; refused: ServedTool[] } {
  const allowed = definitions.filter(({ name }) => isAllowed(rules, name));
  const shared = sharedNames(
    rules.prefix,
    allowed.map(({ name }) => name),
  );
  const fit: Definition[] = [];
  const refused: ServedTool[] = [];
  for (const definition of allowed) {
    const words =
      rules.flawOf(definition) ??
      secretIn(rules, definition) ??
      nameFlaw(rules.prefix, definition.name, shared);
    if (words === null) fit.push(definition);
    else refused.push({ name: cut(rules.redact(definition.name), longestName), standing: "refused", words });
  }
  return { fit, refused };
}

/** What is accepted is read by people and models, and kept in a file that is reviewed by many. */
function secretIn({ redact }: Rules, { name, description, schema }: Definition): string | null {
  const text = JSON.stringify([name, description, schema]);
  return redact(text) === text ? null : "its definition holds a secret of this bot's configuration";
}

function nameFlaw(prefix: string, tool: string, shared: ReadonlySet<string>): string | null {
  const name = nameHere(prefix, tool);
  if (name === null) return "its name with the prefix is longer than 63; choose a shorter prefix";
  return shared.has(name) ? `another tool of this server would be called ${name} too` : null;
}

/** `accepted` holds allowed tools only. Sorted by name. */
export function standings(
  rules: Rules,
  accepted: ReadonlyMap<string, Definition>,
  definitions: readonly Definition[],
): ServedTool[] {
  const { fit, refused } = sound(rules, definitions);
  const unfit = new Map(refused.map((tool) => [tool.name, tool]));
  const live = new Map(fit.map((definition) => [definition.name, definition]));
  const toAccept = `npm run mcp -- accept ${rules.server}`;
  const known = [...accepted].map(([name, before]): ServedTool => {
    const now = live.get(name);
    if (now === undefined) {
      const words = unfit.get(name)?.words ?? "its server has it no more";
      return { name, standing: unfit.has(name) ? "changed" : "gone", words };
    }
    if (hashOf(before) === hashOf(now)) return { name, standing: "offered", words: "" };
    return { name, standing: "changed", words: `${differenceOf(before, now)} (to accept it: ${toAccept})` };
  });
  const fresh = fit
    .filter(({ name }) => !accepted.has(name))
    .map(({ name }): ServedTool => ({ name, standing: "new", words: `nobody has accepted it: ${toAccept}` }));
  // What the server lists more than once is told once.
  const others = [...unfit.values()].filter(({ name }) => !accepted.has(name));
  return [...known, ...fresh, ...others, ...unknown(rules, accepted, definitions)].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** What a server calls its tools is shown where it can hide nothing. */
function isPlain(name: string): boolean {
  return /^[\w.\-/]{1,64}$/.test(name);
}

/** A name of the list that is misspelt would be missed by nobody. */
function unknown(
  { allow }: Rules,
  accepted: ReadonlyMap<string, Definition>,
  definitions: readonly Definition[],
): ServedTool[] {
  const names = definitions.map(({ name }) => name);
  const missing = allow === "*" ? [] : allow.filter((name) => !names.includes(name) && !accepted.has(name));
  return missing.map((name) => {
    const words = `allow names it, and its server has no such tool${didYouMean(name, names.filter(isPlain))}`;
    return { name, standing: "refused", words };
  });
}

/** Of tools that stand so against the lock file, those that this process has not started with. */
export function sinceStart(
  tools: readonly ServedTool[],
  started: ReadonlyMap<string, Definition>,
  locked: ReadonlyMap<string, Definition>,
): ServedTool[] {
  return tools.map((tool) => {
    const [before, now] = [started.get(tool.name), locked.get(tool.name)];
    const isKnown = before !== undefined && now !== undefined && hashOf(before) === hashOf(now);
    if (tool.standing !== "offered" || isKnown) return tool;
    return { ...tool, standing: "accepted", words: "it is offered when the bot is started anew" };
  });
}
