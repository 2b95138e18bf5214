/** Who may do something, in words: the rules of an audience as a person says them. */

/** What is known about the people and the channels that rules name. */
export interface Names {
  /** The name of whoever started the run. */
  requester?: string | null;
  /** Names by principal or rule. */
  names?: ReadonlyMap<string, string>;
  /** Titles of channels by their names. */
  titles?: Readonly<Record<string, string>>;
}

/** `webhook:ci` and `webhook` are both named by what stands before the colon. */
export function titleOf(channel: string, titles: Readonly<Record<string, string>> = {}): string {
  const [kind = channel] = channel.split(":");
  return titles[kind] ?? `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
}

const wide: Readonly<Record<string, string>> = {
  "*": "anyone",
  "console:*": "anyone at the console",
  "token:*": "any token",
};

/**
 * `slack:T1/group:oncall` → `oncall`, `email:dana@corp.example` → `dana@corp.example`, `slack:T1/*` → `anyone in
 * Slack`. No reader has to know how a principal is written.
 */
export function ruleInWords(rule: string, { requester, names, titles }: Names = {}): string {
  const name = names?.get(rule);
  if (name !== undefined) return name;
  if (rule === "requester") return requester ?? "whoever started the run";
  if (rule.endsWith("*")) return wide[rule] ?? `anyone in ${titleOf(rule, titles)}`;
  const [, id = rule] = /^[a-z]+:(.+)$/s.exec(rule) ?? [];
  return id.replace(/^[^/]+\//, "").replace(/^(?:group|role):/, "");
}

/** Each rule in words, none left out. */
export function rulesInWords(rules: readonly string[], names: Names = {}): string {
  const words = rules.map((rule) => ruleInWords(rule, names));
  return [...new Set(words)].join(", ") || "nobody yet";
}

/**
 * The rules in a few words. People and groups say more than "anyone at the console", who is always there: where
 * somebody is named, only they are.
 */
export function audienceInWords(rules: readonly string[], names: Names = {}): string {
  const named = rules.filter((rule) => !rule.endsWith("*"));
  const shown = named.length > 0 ? named : rules.filter((rule) => rule === "console:*");
  return rulesInWords(shown.length > 0 ? shown : rules, names);
}
