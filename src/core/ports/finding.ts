/** What a check of the set-up found: one line of `npm run doctor`. */

export interface Finding {
  ok: boolean;
  /** What was looked at, as a short noun phrase: `Slack bot token`. */
  check: string;
  /** What was seen. Never a secret. */
  detail: string;
  /** What to do about it; null when nothing needs doing. */
  fix: string | null;
}

/** `detail`: what was found, in words for the operator. */
export function fine(check: string, detail: string): Finding {
  return { ok: true, check, detail, fix: null };
}

/** `fix`: what the operator can do about it, as a sentence. */
export function broken(check: string, detail: string, fix: string): Finding {
  return { ok: false, check, detail, fix };
}
