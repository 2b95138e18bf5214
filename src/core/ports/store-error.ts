/** What a store throws when it can't do its work: by its code, what is known and what to do. */

/**
 * `storage_busy`: try again · `storage_full`: free space · `storage_refused`: the server or the system lets us not in, or
 * not do our work, or the disk fails, which an operator mends; a start is refused · `storage_damaged`, `storage_locked`, `storage_version`: so it is
 */
export class StoreError extends Error {
  readonly code:
    | "storage_busy"
    | "storage_full"
    | "storage_damaged"
    | "storage_locked"
    | "storage_version"
    | "storage_refused";
  /** It is not known whether the commit was written; else it surely was not. */
  readonly uncertain: boolean;
  constructor(code: StoreError["code"], message: string, options?: ErrorOptions & { uncertain?: boolean }) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
    this.uncertain = options?.uncertain ?? false;
  }
}
