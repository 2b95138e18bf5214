/**
 * `npm run faults [-- --kills 300] [--store sqlite|postgres] [--bots 4] [--restarts 20] [--sleeps 200] [--seed 7]`:
 * whole bots at work, and everything that can go wrong with them. Prints what was counted; exits with 1 when a promise
 * was broken, and says which. `--minutes 20`: no more kills after that. `--pieces 2000`: the load goes on until so many
 * are acknowledged, and the kills no longer. `--real-lease`: 15 s, as it is in a bot, instead of 3 s, and fewer kills a
 * minute, none of them a sleep: how long the runs of a killed bot stand still. `--plant repeat_once`: a fault of
 * changes.ts, to see that it is noticed.
 */
import { parseArgs } from "node:util";
import { campaign } from "./whole/campaign.ts";
import { inWords } from "./whole/report.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    store: { type: "string" },
    bots: { type: "string" },
    restarts: { type: "string", default: "0" },
    sleeps: { type: "string", default: "0" },
    rate: { type: "string", default: "4" },
    minutes: { type: "string", default: "60" },
    pieces: { type: "string" },
    seed: { type: "string" },
    "real-lease": { type: "boolean", default: false },
    plant: { type: "string", multiple: true, default: [] },
  },
});
const [sleeps, restarts] = [Number(values.sleeps), Number(values.restarts)];
const needsPostgres = sleeps > 0 || restarts > 0 || Number(values.bots ?? 1) > 1;
const store = values.store ?? (needsPostgres ? "postgres" : "sqlite");
const bots = Number(values.bots ?? (sleeps > 0 ? 2 : 1));
if (store !== "sqlite" && store !== "postgres") throw new Error(`--store ${store}: it is sqlite or postgres`);
if (store === "sqlite" && needsPostgres)
  throw new Error("one SQLite file has one bot, and no server to restart");
const seed = Number(values.seed ?? Date.now() % 1_000_000);
process.stdout.write(`${bots} bots on ${store}, seed ${seed}\n`);
const began = performance.now();
const { counts, broken } = await campaign({
  ...{ seed, store, bots, sleeps, restarts },
  ...{ kills: Number(values.kills), limitMs: Number(values.minutes) * 60_000, rate: Number(values.rate) },
  pieces: values.pieces === undefined ? null : Number(values.pieces),
  ...(values["real-lease"]
    ? { calmMs: 20_000 * bots, sleepPercent: 0, atEffectPercent: 15, changes: values.plant }
    : {
        calmMs: 1_200 * bots,
        sleepPercent: 12,
        atEffectPercent: 40,
        changes: ["short_lease", ...values.plant],
      }),
  effectWithinMs: 2_000 * bots,
  tell: (words) => process.stdout.write(`${Math.round((performance.now() - began) / 1000)} s ${words}\n`),
});
process.stdout.write(`${inWords(counts, broken)}\n`);
process.exit(broken.length === 0 ? 0 : 1);
