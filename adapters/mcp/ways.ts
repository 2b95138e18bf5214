/** The two ways to a server: a process of its own, or HTTP. */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Reach } from "../../src/tools/outbound.ts";
import type { Secret } from "../../src/tools/secret.ts";
import type { Way } from "./connection.ts";
import { boundedFetch } from "./fetch.ts";
import { StdioTransport } from "./stdio.ts";
import { bearer, type ClientCredentials, clientCredentials } from "./token.ts";

export interface Stdio {
  command: string;
  args?: readonly string[];
  /** The whole environment of the server: nothing of the bot's own is passed on. */
  env?: Readonly<Record<string, string | Secret>>;
  /** Left out: the bot's. */
  cwd?: string;
}

export interface Http {
  /** https; http only where `private` is true. */
  url: string;
  /** The host may be at a private or loopback address. */
  private?: boolean;
  /** Sent as `Authorization: Bearer`. */
  bearer?: Secret;
  oauth?: ClientCredentials;
  /** Instead of the system's look-up of names, for tests. */
  resolve?: NonNullable<Reach["resolve"]>;
}

export function secretsOf(place: Stdio | Http): Secret[] {
  if ("command" in place) return Object.values(place.env ?? {}).filter((value) => typeof value !== "string");
  return [place.bearer, place.oauth?.clientSecret].filter((secret) => secret !== undefined);
}

/** `granted`: is given each token that a token server gave, before it is used. */
export function wayTo(place: Stdio | Http, granted: (token: string) => void): Way {
  return "command" in place ? processWay(place) : httpWay(place, granted);
}

function processWay({ command, args = [], env = {}, cwd }: Stdio): Way {
  return {
    open: () => {
      const given = Object.entries(env).map(([key, value]) => [
        key,
        typeof value === "string" ? value : value.reveal(),
      ]);
      const transport = new StdioTransport({
        command,
        args,
        env: Object.fromEntries(given),
        cwd: cwd ?? null,
      });
      return { transport, lastWords: (otherwise) => transport.lastWords(otherwise) };
    },
  };
}

function httpWay(place: Http, granted: (token: string) => void): Way {
  const { url, private: isPrivate = false, bearer: token, oauth, resolve } = place;
  const reach = { private: isPrivate, ...(resolve === undefined ? {} : { resolve }) };
  const credentials = oauth === undefined ? undefined : clientCredentials(oauth, reach, granted);
  const authProvider = token === undefined ? credentials : bearer(token);
  return {
    open: () => {
      const transport = new StreamableHTTPClientTransport(new URL(url), {
        fetch: boundedFetch(reach),
        ...(authProvider === undefined ? {} : { authProvider }),
      });
      return { transport, lastWords: (otherwise) => otherwise };
    },
  };
}
