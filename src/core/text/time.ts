/** Moments in words, for readers whose time zone is not known. */

const moment = { dateStyle: "medium", timeStyle: "short" } as const;

/** `24 Nov 2025, 16:00 UTC`; `at` in ms since 1970. `zone`: `Europe/Berlin`, or an offset such as `+01:00`. */
export function timeInWords(at: number, zone = "UTC"): string {
  // The first format that a process makes takes it 20 ms: a start that tells no moment makes none.
  const time = new Date(at).toLocaleString("en-GB", { ...moment, timeZone: zone });
  return `${time} ${/^[+-]/.test(zone) ? `UTC${zone}` : zone}`;
}
