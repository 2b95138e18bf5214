/** Whether a delivery is from whom it says: asked of its kind, for each secret that is valid. */
import type { BoundKind, Delivered, Verdict } from "./kinds/kind.ts";

/** The best that one of the secrets gives; all of them are tried, so that the time does not tell which one it was. */
export async function verify(
  kind: BoundKind,
  delivered: Omit<Delivered, "secret">,
  secrets: readonly string[],
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const secret of secrets) verdicts.push(await kind.verify({ ...delivered, secret }));
  if (verdicts.includes("authentic")) return "authentic";
  return verdicts.includes("stale_signature") ? "stale_signature" : "bad_signature";
}
