/** The API tokens: the owner's, made once and kept in a file that only its owner can read, and those by name. */
import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scope } from "../core/actor.ts";
import { isCode } from "../core/system-error.ts";
import type { Variables } from "./environment.ts";
import type { ConfigFile } from "./file.ts";

/**
 * The token in `<dataDir>/token`, made of 32 random bytes when there is none. Two processes that start at once get
 * the same one. Pushes a line to `warnings` when others could have read it.
 */
export function loadToken(dataDir: string, warnings: string[]): string {
  const path = tokenFile(dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const found = readToken(path);
  if (found === null) return createToken(path);
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    chmodSync(path, 0o600);
    warnings.push(
      `${path} could be read by others; it is 0600 now. Delete it and restart to get a new token`,
    );
  }
  return found;
}

/** The token that a server made there, for a client on its machine; null when there is none. */
export function tokenIn(dataDir: string): string | null {
  return readToken(tokenFile(dataDir));
}

/** Beside the database file, so that two bots of one folder have one each. */
export function tokenFile(dataDir: string): string {
  return join(dataDir, "token");
}

/** Written aside and linked into place: whoever is second finds a whole file. */
function createToken(path: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
  const token = readToken(path);
  if (token === null) throw new Error(`${path} is empty; delete it and start again`);
  return token;
}

function readToken(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return null;
    throw error;
  }
}

/** Tokens of belay.config.ts in the clear. Pushes a line to `warnings` for each that is not set. */
export function namedTokens(
  file: Pick<ConfigFile, "tokens">,
  env: Variables,
  warnings: string[],
): { name: string; value: string; scopes: readonly Scope[] }[] {
  return file.tokens.flatMap(({ name, secretEnv, scopes }) => {
    const value = env[secretEnv];
    if (value && value.length >= 16) return [{ name, value, scopes }];
    warnings.push(
      `tokens.${name}: secret missing or shorter than 16: there is no such token; set ${secretEnv}`,
    );
    return [];
  });
}
