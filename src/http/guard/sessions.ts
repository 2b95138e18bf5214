/** Console sessions: a one-time code, or a token, buys a cookie whose secret only the browser knows. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { isOwner, type Principal } from "../../core/actor.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { SessionRow } from "../../core/ports/kept-rows.ts";
import type { Store } from "../../core/ports/store.ts";
import { noteKinds, takeNote, writeNote } from "../../core/store/notes.ts";
import type { HttpConfig, Token } from "./context.ts";

/** How long a login lasts, in ms: 12 hours. */
export const sessionMs = 12 * 3600_000;
const codeMs = 15 * 60_000;

/** Who holds a login code of the bot's own: whoever reads its output. */
export const ownerAtConsole: Principal = "console:local";

type SessionStore = Pick<Store, "saveSession" | "session" | "sessions" | "note" | "saveNote" | "deleteNotes">;

/** Sessions are rows of the store and login codes notes: valid in every process, also after a restart. */
export class Sessions {
  readonly #store: SessionStore;
  readonly #clock: Pick<Clock, "now">;
  /** In front of every id: a session ends with the tokens that it was begun under, their names and their scopes. */
  readonly #under: string;
  /** By the hash of a token: who logs in with it. */
  readonly #holders: ReadonlyMap<string, Principal>;

  constructor(store: SessionStore, clock: Pick<Clock, "now">, auth: HttpConfig["auth"]) {
    this.#store = store;
    this.#clock = clock;
    const tokens = auth.mode === "token" ? auth.tokens : [];
    this.#holders = new Map(
      tokens.map(({ name, hash }) => [hash, name === "local" ? ownerAtConsole : `token:${name}`]),
    );
    this.#under = sha256(`sessions under ${tokens.map(inWhole).join()}`).slice(0, 16);
  }

  /** A code for one login within 15 minutes, as whoever had it made. Shown to them alone, kept as a hash. */
  async issueLoginCode(principal: Principal = ownerAtConsole): Promise<string> {
    const code = randomBytes(16).toString("base64url");
    const until = new Date(this.#clock.now() + codeMs).toISOString();
    const of = this.#idOf(code);
    await (isOwner(principal)
      ? writeNote(this.#store, noteKinds.loginCode, { of, value: until })
      : writeNote(this.#store, noteKinds.holderCode, { of, value: { until, principal } }));
    return code;
  }

  /**
   * By a code, as whoever had it made, or by a token, as whoever holds it. The cookie's secret and the session's row, or
   * null for what is wrong, used or too old.
   */
  async login(code: string): Promise<{ secret: string; session: SessionRow } | null> {
    const now = this.#clock.now();
    const principal = this.#holders.get(sha256(code)) ?? (await this.#byCode(code, now));
    if (principal === null) return null;
    const secret = randomBytes(32).toString("base64url");
    const session = { id: this.#idOf(secret), principal, createdAt: now, expiresAt: now + sessionMs };
    await this.#store.saveSession(session);
    return { secret, session };
  }

  async find(secret: string): Promise<SessionRow | null> {
    const session = await this.#store.session(this.#idOf(secret));
    return session && session.expiresAt > this.#clock.now() ? session : null;
  }

  /** Those that still let somebody in. */
  async list(): Promise<SessionRow[]> {
    const now = this.#clock.now();
    const rows = await this.#store.sessions();
    return rows.filter(({ id, expiresAt }) => id.startsWith(this.#under) && expiresAt > now);
  }

  async #byCode(code: string, now: number): Promise<Principal | null> {
    const of = this.#idOf(code);
    const until = await takeNote(this.#store, noteKinds.loginCode, of);
    const made =
      until === null
        ? await takeNote(this.#store, noteKinds.holderCode, of)
        : { until, principal: ownerAtConsole };
    return made !== null && Date.parse(made.until) >= now ? made.principal : null;
  }

  #idOf(secret: string): string {
    return this.#under + sha256(secret);
  }
}

/** The owner's is nothing but its secret, as former releases have it: their sessions go on. */
function inWhole({ name, hash, scopes }: Token): string {
  return name === "local" ? hash : `${hash} ${name} ${scopes.join(" ")}`;
}

/** Hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares two SHA-256 in hex in constant time. */
export function equalHashes(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, "hex"), Buffer.from(b, "hex")];
  return left.length === right.length && timingSafeEqual(left, right);
}
