/** A URL that somebody else chose, as it is told: where it leads, without what in it may open a door to whoever reads it. */

const mostParts = 4;
const longestPart = 40;
const longestHost = 100;
/** A word or a short number; codes, keys and tokens look otherwise. */
const plainPart = /^(?:[a-z]{1,20}\d?(?:[-_.~][a-z]{1,20})*|v?\d{1,10})$/i;
/** What follows these may be one even where it looks like a word. */
const opensDoor =
  /log-?in|sign-?in|auth|sso|saml|oidc|callback|confirm|verif|reset|invit|token|magic|session|activat|unlock|otp|code|key|secret|ticket|hook/i;

/**
 * `https://host/beginning/of/the/path`, with `…` for the rest of the path. Never its query, fragment or user: a redirect,
 * a signed address and the URL of an error are keys as often as they are places.
 */
export function shownUrl({ protocol, host, pathname }: URL): string {
  const parts = pathname.split("/").slice(1);
  const shown: string[] = [];
  for (const [index, part] of parts.entries()) {
    const isLast = parts.slice(index + 1).every((later) => later === "");
    const isShown = part === "" ? isLast : shown.length < mostParts && isPlain(part);
    shown.push(isShown ? part : "…");
    if (!isShown || part === "") break;
    if (!isLast && opensDoor.test(part)) {
      shown.push("…");
      break;
    }
  }
  const place = host.length > longestHost ? `${host.slice(0, longestHost)}…` : host;
  return `${protocol}//${place}/${shown.join("/")}`;
}

function isPlain(part: string): boolean {
  return part.length <= longestPart && plainPart.test(part);
}

const logIn = /(?:log|sign)[-_]?in(?![a-z])|\b(?:sso|saml2?|oauth2?|oidc|auth|authorize|authorization)\b/i;

/**
 * Where a redirect leads, to go on after "which leads": whoever must say whether something happened sees from it what
 * the answer was, the way to a result or to a page to log in. `location`: the header; `asked`: the URL of the request.
 */
export function whereTo(location: string | null | undefined, asked: URL): string {
  const url = typeof location === "string" ? URL.parse(location, asked) : null;
  if (url === null) return "elsewhere";
  const host = url.host === asked.host ? "" : ", on another host";
  return `to ${shownUrl(url)}${host}${logIn.test(`${url.host}${url.pathname}`) ? " (as for a log-in)" : ""}`;
}
