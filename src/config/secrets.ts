/** The values of the configuration that must never be shown. */
import type { Environment } from "./environment.ts";
import type { Triggers } from "./resolve-triggers.ts";

/** `tokens`: the API tokens in the clear. */
export function secretsOf(place: Environment, triggers: Triggers, tokens: readonly string[]): string[] {
  const found = [
    ...tokens,
    place.model.apiKey,
    place.slack?.botToken,
    place.slack?.appToken,
    place.slack?.signingSecret,
    place.discord?.token,
    ...passwordsOf(place.smtpUrl),
    ...passwordsOf(place.model.baseUrl),
    ...passwordsOf(place.databaseUrl.includes("://") ? place.databaseUrl : null),
    triggers.github?.token,
    ...Object.values(triggers.triggerSecrets),
  ];
  return [...new Set(found.flatMap((secret) => secret || []))];
}

/** As it stands in the URL and as it is sent. */
function passwordsOf(url: string | null): string[] {
  if (url === null || !URL.canParse(url)) return [];
  const { password } = new URL(url);
  return password === "" ? [] : [password, decodeURIComponent(password)];
}
