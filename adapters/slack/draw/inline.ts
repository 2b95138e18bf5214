/** Parts of a line (people, rules, times, code) as mrkdwn that pings only whom it says it pings. */
import type { Inline } from "../../../src/core/message.ts";
import { ruleInWords } from "../../../src/core/text/rules.ts";
import { timeInWords } from "../../../src/core/text/time.ts";
import { plainMrkdwn } from "./escape.ts";

/** What drawing depends on besides the message. */
export interface Scene {
  /** The workspace whose members can be mentioned. */
  team: string;
  /** Where the console is, or null: then there are no links to it. */
  publicUrl: string | null;
  /** Hosts that untrusted text may link to. */
  trustedLinkHosts: readonly string[];
  /** Names of principals and groups, as far as they are known. */
  names: ReadonlyMap<string, string>;
}

/** A mention only where `ping` asks for it and the person is of this team; else the name. */
export function inlineMrkdwn(part: Inline, scene: Scene): string {
  if (typeof part === "string") return plainMrkdwn(part);
  if ("person" in part) {
    const mention = part.ping === true ? mentionOf(part.person.principal, scene.team) : null;
    return mention ?? plainMrkdwn(part.person.name);
  }
  if ("rule" in part) {
    const mention = part.ping === true ? mentionOf(part.rule, scene.team) : null;
    return mention ?? plainMrkdwn(ruleInWords(part.rule, { names: scene.names }));
  }
  if ("time" in part) return dateToken(part.time);
  if ("code" in part) return codeMrkdwn(part.code);
  return part.strong.trim() === "" ? "" : `*${plainMrkdwn(part.strong.trim())}*`;
}

/** Null for principals of other channels and workspaces: they are named only. */
function mentionOf(id: string, team: string): string | null {
  const home = `slack:${team}/`;
  if (!id.startsWith(home)) return null;
  const rest = id.slice(home.length);
  const group = /^group:([A-Z0-9]+)$/.exec(rest)?.[1];
  if (group !== undefined) return `<!subteam^${group}>`;
  return /^[UW][A-Z0-9]*$/.test(rest) ? `<@${rest}>` : null;
}

/** In the reader's own zone; the fallback says UTC. */
function dateToken(time: number): string {
  return `<!date^${Math.floor(time / 1000)}^{date_short_pretty} {time}|${timeInWords(time)}>`;
}

/** Code has no escape for the backtick: it becomes a quote that looks like it. */
function codeMrkdwn(code: string): string {
  const text = plainMrkdwn(code)
    .replace(/\u200b([*_~])/g, "$1")
    .replace(/\u200b?`/g, "ˋ")
    .replace(/\n/g, " ");
  return text.trim() === "" ? "" : `\`${text}\``;
}
