/** The values of the configuration that must never be shown. */

import type { Variable } from "../core/ports/about.ts";
import { channels } from "./channels.ts";
import type { Environment } from "./environment.ts";
import type { Triggers } from "./resolve-triggers.ts";

/** `tokens`: the API tokens and the tools' secrets, in the clear. */
export function secretsOf(place: Environment, triggers: Triggers, tokens: readonly string[]): string[] {
  const found = [
    ...tokens,
    place.model.apiKey,
    ...channels
      .flatMap(({ variables }) => Object.entries(variables))
      .flatMap(([name, { secret }]) => secretIn(place.channelValues[name] ?? null, secret)),
    ...passwordsOf(place.model.baseUrl),
    ...passwordsOf(place.databaseUrl.includes("://") ? place.databaseUrl : null),
    triggers.github?.token,
    ...Object.values(triggers.triggerSecrets),
  ];
  return [...new Set(found.flatMap((secret) => secret || []))];
}

function secretIn(value: string | null, secret: Variable["secret"]): string[] {
  if (value === null || secret === "nothing") return [];
  return secret === "all" ? [value] : [...passwordsOf(value), ...madeUserOf(value)];
}

/** As it stands in the URL and as it is sent. */
function passwordsOf(url: string | null): string[] {
  if (url === null || !URL.canParse(url)) return [];
  const { password } = new URL(url);
  return password === "" ? [] : [password, decodeURIComponent(password)];
}

/** A user name that a machine made is half of a key. An address or a word is none, and is said in ordinary text. */
function madeUserOf(url: string | null): string[] {
  const user = url !== null && URL.canParse(url) ? decodeURIComponent(new URL(url).username) : "";
  return /^(?=.*\d)[^\s@]{16,}$/.test(user) ? [user] : [];
}
