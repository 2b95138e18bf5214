/** Which links a reader may follow: one rule for every channel. */

/**
 * The characters by which a client may end a link elsewhere than we do, or undo before it
 * follows: backslashes, entities.
 */
const ambiguous = /[\\[\]<>`|"\s]|&#?\w+;/;

const begins = /^(?:https?:|www\.)/i;

/**
 * Whether a link to `url` may be followed. `hosts`: the listed ones, each for itself; `*.corp.example` lists all that
 * end so. Null: trusted text, which may link to any host.
 */
export function mayFollow(url: string, hosts: readonly string[] | null): boolean {
  // Most of what is no link is seen at its first signs, without a URL being made of it.
  if (!begins.test(url) || ambiguous.test(url)) return false;
  const parsed = URL.parse(/^www\./i.test(url) ? `https://${url}` : url);
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return false;
  // `https://trusted@evil` reads like the trusted host.
  if (parsed.username !== "" || parsed.password !== "") return false;
  return hosts === null || hosts.some((host) => isListed(parsed.hostname, host.toLowerCase()));
}

function isListed(hostname: string, listed: string): boolean {
  return listed.startsWith("*.") ? hostname.endsWith(listed.slice(1)) : hostname === listed;
}
