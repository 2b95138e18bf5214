/** Whether a delivery is from whom it says: asked of its kind, for each secret that is valid. */
import type { BoundKind, Delivered, Verdict } from "./kinds/kind.ts";

const nothing = new Uint8Array();

/** What the head of a delivery says already; null: it may be authentic, and its body decides. */
export async function verifyHead(
  kind: BoundKind,
  head: Omit<Delivered, "secret" | "body">,
  secrets: readonly string[],
): Promise<Verdict | null> {
  let isAsked = false;
  const ask = () => {
    isAsked = true;
    return nothing;
  };
  const verdict = await best(secrets, (secret) => {
    const delivered = {
      ...head,
      secret,
      get body() {
        return ask();
      },
    };
    return kind.verify(delivered);
  });
  return isAsked ? null : verdict;
}

/** The verdict on the whole delivery. */
export function verify(
  kind: BoundKind,
  delivered: Omit<Delivered, "secret">,
  secrets: readonly string[],
): Promise<Verdict> {
  return best(secrets, (secret) => kind.verify({ ...delivered, secret }));
}

/** The best that one of the secrets gives; all of them are tried, so that the time does not tell which one it was. */
async function best(
  secrets: readonly string[],
  verdictWith: (secret: string) => Promise<Verdict>,
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const secret of secrets) verdicts.push(await verdictWith(secret));
  if (verdicts.includes("authentic")) return "authentic";
  return verdicts.includes("stale_signature") ? "stale_signature" : "bad_signature";
}
