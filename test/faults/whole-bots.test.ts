/**
 * Whole bots are killed while signed deliveries, launches, mentions, approvals and jobs go on; a judge who knows only
 * what was seen outside compares. More of it by hand: npm run faults -- --kills 300
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mutated } from "./mutants/source.ts";
import { type CampaignOptions, campaign } from "./whole/campaign.ts";
import { changes, changesFile } from "./whole/changes.ts";

const root = join(import.meta.dirname, "..", "..");

const kill = (count: number, change: Partial<CampaignOptions> = {}) =>
  campaign({
    ...{ seed: 7, store: "sqlite", bots: 1, sleeps: 0, restarts: 0, changes: [], tell: () => {} },
    ...{
      kills: count,
      limitMs: 120_000,
      rate: 8,
      pieces: null,
      calmMs: 1_000,
      sleepPercent: 0,
      atEffectPercent: 50,
      effectWithinMs: 20_000,
    },
    ...change,
  });

describe.concurrent("a bot that is killed", () => {
  test("loses nothing, doubles nothing, and asks about what nobody can tell", async ({ expect }) => {
    const { counts, broken } = await kill(3);
    expect(broken).toEqual([]);
    expect(counts["kill -9"]).toBeGreaterThanOrEqual(3);
    expect(counts.acknowledged).toBeGreaterThan(3);
  });

  test("and repeats by itself what must happen once is found out", async ({ expect }) => {
    const { broken } = await kill(1, { changes: ["repeat_once"], atEffectPercent: 100 });
    expect(broken).toContainEqual(expect.stringMatching(/^doubled: \w+ of t-\d+ .* was done 2 times/));
  });

  test("and acknowledges before it has written down is found out", async ({ expect }) => {
    const { broken } = await kill(1, { changes: ["acknowledge_first"] });
    expect(broken).toContainEqual(expect.stringMatching(/^lost: t-\d+ \(\w+, acknowledged\) has no run$/));
  });
});

test.each(Object.entries(changes))("%s changes what stands once in its files", (name, parts) => {
  for (const { file, find, put } of parts) {
    const text = readFileSync(join(root, file), "utf8");
    expect(mutated(text, { name, file, find, put }, changesFile)).not.toBe(text);
  }
});
