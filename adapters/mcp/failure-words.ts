/** What went wrong with a server, in words with which its operator can do something. */
import { SdkHttpError, UnauthorizedError } from "@modelcontextprotocol/client";

export function failureWords(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof UnauthorizedError) return accessRefused(401);
  if (!(error instanceof SdkHttpError) || error.status === undefined) return words;
  if (error.status === 401 || error.status === 403) return accessRefused(error.status);
  const next = error.status === 404 || error.status === 405 ? "; is its url right?" : "";
  return `it answered ${error.status}${next}: ${words.replace(/^Error POSTing to endpoint: /, "")}`;
}

function accessRefused(status: number): string {
  return `it refused access (${status}): check the bearer token or the oauth that belay.config.ts gives it`;
}
