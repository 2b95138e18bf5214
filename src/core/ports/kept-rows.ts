/** What a store keeps beside the runs: the audit, notes, sessions of the console, files. */
import type { Principal } from "../actor.ts";
import type { Attachment } from "../attachment.ts";

/**
 * Who asked for what, and what the authorisation said; `at` in ms since the epoch, `rule` what decided it. `name`: what
 * they were called then; left out or null: it was not known.
 */
export interface AuditRow {
  at: number;
  principal: Principal;
  name?: string | null;
  action: string;
  resource: string;
  decision: "allowed" | "refused";
  rule: string;
}

/** A row of the audit trail as it is kept; `seq` grows with each. */
export type KeptAudit = AuditRow & { seq: number };

/** Which rows of the audit trail are meant. `verbs`: first words of the action · `before`: behind this `seq` in the list. */
export interface AuditFilter {
  decision?: AuditRow["decision"];
  verbs?: readonly string[];
  before?: number;
}

/** A note as it is stored. */
export interface NoteRow {
  name: string;
  value: string;
}

/** An attachment of a run with its bytes. */
export interface StoredAttachment extends Pick<Attachment, "hash" | "name" | "mediaType"> {
  runId: string;
  bytes: Uint8Array;
}

/** A console session; times are ms since the epoch. */
export interface SessionRow {
  /** Of what the session was begun under, and the SHA-256 of the cookie's secret. */
  id: string;
  principal: Principal;
  createdAt: number;
  expiresAt: number;
}
