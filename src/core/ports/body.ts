/** Reads the body of a request from outside up to a limit: the one rule for the API, webhooks, mail and Slack. */

/**
 * The raw bytes; null as soon as there are more than `limit` of them, or when the sender declares more. It counts
 * while it reads, so a length that is declared too small, or not at all, does not help. Rejects as the body does: when
 * the connection breaks, or when the server has no room for it.
 */
export async function readBody(
  request: Pick<Request, "headers" | "body">,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
