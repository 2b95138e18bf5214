/** Money as people read it. */

/** To the cent; what costs less than one has cost something all the same. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? "< $0.01" : `$${usd.toFixed(2)}`;
}
