/** What tools ask for by name: plain variables, and secrets from a variable or the file that `<name>_FILE` names. */
import { readFileSync } from "node:fs";
import { type Secret, secretOf } from "../tools/secret.ts";
import type { Setting } from "../tools/setting.ts";
import type { Variables } from "./environment.ts";

/** `secret` never throws: a wrong name or file is pushed to the list of problems, a missing secret is not set. */
export interface ToolSecrets {
  secret: (name: string) => Secret;
  setting: (name: string) => Setting;
  /** The values that were read so far, for the redactor. */
  values: () => readonly string[];
}

const namePattern = /^[A-Z][A-Z0-9_]*$/;

/** Pushes a line to `problems` for a name that is none and for a file that can't be read. */
export function toolSecrets(env: Variables, problems: string[]): ToolSecrets {
  const known = new Map<string, Secret>();
  const checkName = (asked: string, name: string, example: string) => {
    if (namePattern.test(name)) return;
    problems.push(`tools: ${asked}(${JSON.stringify(name)}): give the name of a variable, like ${example}`);
  };
  const secret = (name: string): Secret => {
    checkName("secret", name, "GITHUB_TOKEN");
    const made = known.get(name) ?? secretOf(name, readSecret(name, env, problems));
    known.set(name, made);
    return made;
  };
  const setting = (name: string): Setting => {
    checkName("setting", name, "PROMETHEUS_URL");
    return { name, value: env[name] || null };
  };
  const values = () => [...known.values()].flatMap((one) => (one.isSet ? [one.reveal()] : []));
  return { secret, setting, values };
}

function readSecret(name: string, env: Variables, problems: string[]): string | null {
  const file = env[`${name}_FILE`];
  if (env[name]) return env[name];
  if (!file) return null;
  try {
    return readFileSync(file, "utf8").trim() || null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(`${name}_FILE: the file can't be read: ${why}; correct the path or its permissions`);
    return null;
  }
}
