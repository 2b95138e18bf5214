/** People, rules, times and code within a line, and whom a message may notify. */

import type { Inline, Message } from "../../../src/core/message.ts";
import { codeSpan } from "../../../src/core/text/markdown-code.ts";
import { ruleInWords } from "../../../src/core/text/rules.ts";
import { visible } from "../../../src/core/text/visible.ts";
import { plain } from "./markdown.ts";

/** Ids for `allowed_mentions`: nobody else is notified, whatever the text says. */
export interface Pings {
  users: string[];
  roles: string[];
}

/** Markdown of Discord, one part after another without spaces between. */
export function inlines(parts: readonly Inline[]): string {
  return parts.map(inline).join("");
}

function inline(part: Inline): string {
  if (typeof part === "string") return plain(part);
  if ("person" in part) {
    const user = userOf(part.person.principal);
    return user === null ? plain(part.person.name) : `<@${user}>`;
  }
  if ("rule" in part) return ruleText(part.rule);
  if ("time" in part) return `<t:${Math.floor(part.time / 1_000)}:f>`;
  if ("code" in part) return codeSpan(visible(part.code));
  return `**${plain(part.strong)}**`;
}

/** Shown as Discord shows it. Only `pingsOf` decides who is notified. */
export function ruleText(rule: string): string {
  const user = userOf(rule);
  if (user !== null) return `<@${user}>`;
  const role = roleOf(rule);
  if (role !== null) return `<@&${role}>`;
  return plain(ruleInWords(rule));
}

function userOf(principal: string): string | null {
  return /^discord:(\d+)$/.exec(principal)?.[1] ?? null;
}

function roleOf(rule: string): string | null {
  const [, guild, role] = /^discord:(\d+)\/role:(\d+)$/.exec(rule) ?? [];
  return role === undefined || role === guild ? null : role;
}

/** Discord takes at most 100 of each. */
export function pingsOf(message: Message): Pings {
  const parts = message.blocks.flatMap((block) =>
    block.type === "note" ? block.parts : block.type === "heading" ? block.note : [],
  );
  const rules = parts.flatMap((part) => {
    if (typeof part === "string" || !("ping" in part) || part.ping !== true) return [];
    return "person" in part ? [part.person.principal] : [part.rule];
  });
  const unique = [...new Set(rules)];
  return {
    users: unique.flatMap((rule) => userOf(rule) ?? []).slice(0, 100),
    roles: unique.flatMap((rule) => roleOf(rule) ?? []).slice(0, 100),
  };
}
