/** What a store keeps beside the runs: the audit, notes, and sessions of the console. */
import type { Principal } from "../actor.ts";

/** Who asked for what, and what the authorisation said; `at` in ms since the epoch, `rule` what decided it. */
export interface AuditRow {
  at: number;
  principal: Principal;
  action: string;
  resource: string;
  decision: "allowed" | "refused";
  rule: string;
}

/** A note as it is stored. */
export interface NoteRow {
  name: string;
  value: string;
}

/** A console session; times are ms since the epoch. */
export interface SessionRow {
  /** Of what the session was begun under, and the SHA-256 of the cookie's secret. */
  id: string;
  principal: Principal;
  createdAt: number;
  expiresAt: number;
}
