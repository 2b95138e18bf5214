/** How long a server asks us to wait. */

/** Milliseconds from `retry-after-ms` or `Retry-After` (seconds or an HTTP date), or null. Never negative. */
export function retryAfterMs(headers: Headers | undefined, now = Date.now()): number | null {
  const precise = numberIn(headers?.get("retry-after-ms"));
  if (precise !== null) return precise;
  const value = headers?.get("retry-after");
  const seconds = numberIn(value);
  if (seconds !== null) return seconds * 1000;
  const date = Date.parse(value ?? "");
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function numberIn(value: string | null | undefined): number | null {
  if (!value?.trim()) return null;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}
