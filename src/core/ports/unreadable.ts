/** What a store throws, or tells, of a single record that it can't read. */
import { StoreError } from "./store-error.ts";

/**
 * One record can't be read: `storage_damaged`, or `storage_version` when a newer release wrote it. Only what needs
 * that record stops; the record stays as it is. `what` names it: `run run_1`, `note schedule:nightly`.
 */
export class UnreadableError extends StoreError {
  readonly what: string;
  constructor(
    code: "storage_damaged" | "storage_version",
    message: string,
    { what, ...options }: ErrorOptions & { what: string },
  ) {
    super(code, message, options);
    this.name = "UnreadableError";
    this.what = what;
  }
}

/** Where a list tells what it left out. */
export type TellUnreadable = (error: UnreadableError) => void;
