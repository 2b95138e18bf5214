/** What the doctor asks of a named API: whether its host answers, and where a path is named, whether that is well. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { whereTo } from "../../src/core/text/shown-url.ts";
import type { Connection } from "../../src/tools/connection.ts";
import { NoAnswer, type Reach, request } from "../../src/tools/outbound.ts";
import { isRedirect } from "./answer.ts";
import { type HeaderValue, headersOf, secretsOf } from "./headers.ts";

const timeoutMs = 10_000;
/** Of an answer only its status counts. */
const maxBytes = 1_000;

interface Tried {
  name: string;
  baseUrl: string;
  private?: boolean;
  headers?: Readonly<Record<string, HeaderValue>>;
  healthPath?: string;
  resolve?: NonNullable<Reach["resolve"]>;
}

/** Without `healthPath` any status proves that the host is there, and nothing more: no operation is tried. */
export function tryingApi(api: Tried): Connection {
  const check = `API ${api.name}`;
  const { healthPath } = api;
  const url = new URL(`${api.baseUrl.replace(/\/+$/, "")}${healthPath ?? "/"}`);
  const method = healthPath === undefined ? "HEAD" : "GET";
  const reach = {
    ...{ private: api.private ?? false, timeoutMs, maxBytes },
    ...(api.resolve ? { resolve: api.resolve } : {}),
  };
  return {
    check,
    diagnose: async (signal) => {
      const headers = headersOf(api.headers);
      try {
        const { status, headers: said } = await request({ method, url, headers, body: null }, reach, signal);
        const leads = isRedirect(status) ? `, which leads ${whereTo(said.location, url)}` : "";
        return [finding(check, { status, asked: `${method} ${url.href}${leads}`, api })];
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return [broken(check, error.message, "Check its baseUrl in belay.config.ts, and that it is up.")];
      }
    },
  };
}

function finding(
  check: string,
  { status, asked, api }: { status: number; asked: string; api: Tried },
): Finding {
  const found = `${status} to ${asked}`;
  const names = secretsOf(api.headers).map(({ name }) => name);
  if (api.healthPath === undefined) {
    const more = "a healthPath in belay.config.ts would say more";
    return fine(check, `${found}: it is there${doubt(status, names)}; ${more}`);
  }
  if (status === 401) {
    const fix = names.length > 0 ? `Renew ${names.join(" or ")}.` : "Give it a header with a secret.";
    return broken(check, `${found}: it does not know who asks`, fix);
  }
  return status >= 200 && status < 300
    ? fine(check, found)
    : broken(check, found, "Look at it, or correct its healthPath in belay.config.ts.");
}

/** Where nothing need be, an answer says little of a secret; but it may be that it is not taken. */
function doubt(status: number, names: readonly string[]): string {
  if (status !== 401) return "";
  return names.length > 0
    ? `, and may not take ${names.join(" or ")}`
    : ", and may ask for a secret that no header has";
}
