/** Moments in words, for readers whose time zone is not known. */

const utc = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

/** `24 Nov 2025, 16:00 UTC`; `at` in ms since 1970. */
export function timeInWords(at: number): string {
  return `${utc.format(at)} UTC`;
}
