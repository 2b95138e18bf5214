/** The whole environment of a declared command: what every program needs, and what its declaration lists. */
import { homedir } from "node:os";
import type { Secret } from "../../src/tools/secret.ts";

/** By name; a secret's value is put in at the start of the program alone. */
export type DeclaredEnv = Readonly<Record<string, string | Secret>>;

/** Where programs are looked for when `env` names no PATH of its own. */
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin:/snap/bin";

/** Nothing of the bot's own environment: a program gets no secret that was not meant for it. */
export function environmentOf(declared: DeclaredEnv): Record<string, string> {
  const given = Object.entries(declared).map(([name, value]) => [
    name,
    typeof value === "string" ? value : value.reveal(),
  ]);
  return { PATH: path, HOME: homedir(), LANG: "C.UTF-8", ...Object.fromEntries(given) };
}

/** The secrets that the program is given, for the redactor and for the check that all are set. */
export function secretsIn(declared: DeclaredEnv): Secret[] {
  return Object.values(declared).filter((value) => typeof value !== "string");
}
