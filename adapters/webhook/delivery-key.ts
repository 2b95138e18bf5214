/** The key by which a repeated delivery is recognised: its kind's own id, or a hash of the whole body. */
import type { BoundKind, Received } from "./kinds/kind.ts";
import { digest } from "./signature.ts";

/** Unique per delivery of this hook and the same for each repetition. At most 200 characters. */
export function deliveryKey(kind: BoundKind, received: Received, body: Uint8Array): string {
  const own = kind.key(received) || null;
  // Keys longer than this, or none at all, become a digest: of the key, or of the whole body.
  if (own !== null && own.length <= 200) return own;
  return digest(own ?? body);
}
