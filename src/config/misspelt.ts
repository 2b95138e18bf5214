/** Variables that nothing reads and that look like one that is read: a typo would be silent. */
import { changes } from "../core/text/closest.ts";
import type { Variables } from "./environment.ts";

/** More changed letters than these are another word. */
const mostChanges = 4;

/** A warning for each of them. `known`: what is read. `named`: names that belay.config.ts gives to variables. */
export function misspelt(env: Variables, known: readonly string[], named: ReadonlySet<string>): string[] {
  const free = known.filter((name) => env[name] === undefined);
  return Object.keys(env)
    .filter((name) => !known.includes(name) && !named.has(name) && !named.has(name.replace(/_FILE$/, "")))
    .flatMap((name) => {
      const [meant] = free
        .filter((one) => looksLike(name, one))
        .sort((a, b) => distance(name, a) - distance(name, b));
      return meant === undefined ? [] : [`${name}: nothing reads it; did you mean ${meant}?`];
    });
}

/** The same beginning and some letters more or less, or hardly a difference at all. */
function looksLike(name: string, known: string): boolean {
  const family = (text: string) => text.split("_")[0];
  const most = family(name) === family(known) && known.includes("_") ? mostChanges : 1;
  return known.length > 5 && changes(name, known) <= most;
}

/** Whoever leaves out a word in the middle still ends with the right one. */
function distance(name: string, known: string): number {
  const last = (text: string) => text.split("_").at(-1);
  return changes(name, known) - (last(name) === last(known) ? 2 : 0);
}

/** Names of variables that a configuration holds, wherever it does. */
export function namesIn(file: unknown): Set<string> {
  const text = JSON.stringify(file) ?? "";
  return new Set([...text.matchAll(/"([A-Z][A-Z0-9_]*)"/g)].map(([, name = ""]) => name));
}
