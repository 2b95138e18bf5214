/** Which of the freezes that are set up hold at a moment. */
import { Cron } from "croner";
import type { Freeze, FreezeRule } from "../core/agent.ts";

/** ms since the epoch: `from` belongs to it, `until` does not. */
export interface Span {
  from: number;
  until: number;
}

/** Pure but for what it remembers: the same moment always has the same freezes. */
export class Freezes {
  readonly #spans: readonly { rule: FreezeRule; spanAt: (at: number) => Span | null }[];

  /** @throws TypeError or RangeError when an expression or a zone can't be read */
  constructor(rules: readonly FreezeRule[]) {
    this.#spans = rules.map((rule) => ({
      rule,
      spanAt: "cron" in rule ? recurring(rule) : () => rule,
    }));
  }

  /** `at`: ms since the epoch. */
  holding(at: number): (Freeze & Pick<FreezeRule, "agents">)[] {
    return this.#spans.flatMap(({ rule, spanAt }) => {
      const span = spanAt(at);
      if (span === null || at < span.from || at >= span.until) return [];
      const { name, zone, reason, tools, agents, approval } = rule;
      return [{ name, zone, reason, tools, agents, approval, until: span.until, left: span.until - at }];
    });
  }
}

/** The last span that began. A search through the calendar is dear: it is remembered until the next one begins. */
function recurring({ forMs, ...rule }: Recurring) {
  const cron = cronOf(rule);
  let known: { from: number; next: number; span: Span | null } | null = null;
  return (at: number): Span | null => {
    if (known !== null && at >= known.from && at < known.next) return known.span;
    const [last] = cron.previousRuns(1, new Date(at + 1));
    const from = last?.getTime() ?? null;
    const span = from === null ? null : { from, until: from + forMs };
    known = {
      from: from ?? at,
      next: cron.nextRun(new Date(at))?.getTime() ?? Number.POSITIVE_INFINITY,
      span,
    };
    return span;
  };
}

type Recurring = Extract<FreezeRule, { cron: string }>;

function cronOf({ cron, zone }: Pick<Recurring, "cron" | "zone">): Cron {
  return new Cron(cron, { paused: true, timezone: zone, mode: "5-part" });
}

/** The one that holds at this moment, or else the next one; null: there is none any more. */
export function spanFrom(rule: FreezeRule, at: number): Span | null {
  if (!("cron" in rule)) return at < rule.until ? rule : null;
  const now = recurring(rule)(at);
  if (now !== null && at < now.until) return now;
  const next = cronOf(rule).nextRun(new Date(at))?.getTime();
  return next === undefined ? null : { from: next, until: next + rule.forMs };
}
