/** PostgreSQL's error codes in the words of the store's port. */

import { StoreError } from "../../src/core/ports/store-error.ts";
import { DrizzleQueryError } from "./drizzle.ts";
import { type NamedBy, remedyOf } from "./refused.ts";

/** Classes of SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) and codes of Node's sockets. */
const busy =
  /^(08|25P03|40|53[0234]|55P03|57P|57014|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;
const full = /^53100/;
const broken = /^XX00[12]/;
/** What pg says without a code when a connection ends, none is free, or no answer comes. */
const ended =
  /^(Connection terminated|Client (?:has encountered a connection error|was closed)|timeout e(?:xceeded when trying|xpired)|Query read timeout)/;

/** What ends a connection, perhaps after the work was done; a statement's own error says that it was undone. */
const lost = /^(08|25P03|57P|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/;

/** The answer was lost: what was asked may have been done all the same. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "code" in error && error.code !== undefined
    ? lost.test(String(error.code))
    : ended.test(error.message);
}

/** Passes by itself. */
export function isBusy(error: unknown): boolean {
  const known = storeErrorOf(error);
  return known instanceof StoreError && known.code === "storage_busy";
}

/**
 * A StoreError for what the operator must know, anything else as it is: of a start and of a running pool, whose next
 * connection may be refused as well. Names no address: it may hold a password. `by`: where the operator named it.
 */
export function storeErrorOf(error: unknown, by: NamedBy = "DATABASE_URL"): unknown {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof Error) || cause instanceof StoreError) return error;
  const code = "code" in cause ? String(cause.code) : "";
  const why = code ? `${cause.message} (${code})` : cause.message;
  if (full.test(code)) return storeError("storage_full", `PostgreSQL can't write: ${why}`, cause);
  if (broken.test(code)) {
    return storeError("storage_damaged", `PostgreSQL found damage: ${why}; restore a backup`, cause);
  }
  if (busy.test(code) || (code === "" && ended.test(cause.message))) {
    return storeError("storage_busy", `PostgreSQL is not available: ${why}; try again`, cause);
  }
  const remedy = remedyOf(cause, by);
  if (remedy !== null) {
    return storeError("storage_refused", `PostgreSQL can't be used: ${cause.message}; ${remedy}`, cause);
  }
  return error;
}

function storeError(code: StoreError["code"], message: string, cause: Error): StoreError {
  return new StoreError(code, message, { cause });
}

/** Two transactions waited for each other and this one was undone: nothing happened, it may run again. */
export function wasUndone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40P01" || error.code === "40001");
}
