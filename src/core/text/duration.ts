/** Durations in the words a person says. */

/** `0.4 s`, `12 s`, `3 min 12 s`, `2 h 5 min`, `3 days`. Cut, not rounded: `60 s` is a minute. */
export function durationInWords(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.floor(tenths / 10);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, "h", minutes % 60, "min");
  return `${Math.floor(hours / 24)} days`;
}

/** What a step took, in ms; empty where it is not known, or too short to say anything. */
export function tookInWords(ms: number | null): string {
  return ms === null || ms < 1000 ? "" : durationInWords(ms);
}

/** One unit is enough for an age: `now`, `40 s`, `3 min`, `2 h`, `4 d`. */
export function ageInWords(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}
