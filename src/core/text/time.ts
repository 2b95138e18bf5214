/** Moments in words, for readers whose time zone is not known. */

const utc = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" } as const;

/** `24 Nov 2025, 16:00 UTC`; `at` in ms since 1970. */
export function timeInWords(at: number): string {
  // The first format that a process makes takes it 20 ms: a start that tells no moment makes none.
  return `${new Date(at).toLocaleString("en-GB", utc)} UTC`;
}
