/** A freeze, one that people may approve calls for, and a bot that is about to begin a call as it begins. */
import type { Actor } from "../../src/core/actor.ts";
import type { FreezeRule } from "../../src/core/agent.ts";
import { type BotOptions, operator } from "./bot.ts";
import { clockOf } from "./clock.ts";
import { approve, asked, deployment, settle, start } from "./deployment.ts";
import { gate } from "./gate.ts";
import { call, calling, finalAnswer, scripted } from "./model/scripted.ts";

export const from = Date.parse("2026-11-27T00:00+01:00");
export const until = Date.parse("2026-11-30T09:00+01:00");
export const freeze: FreezeRule = {
  ...{ name: "black friday", zone: "+01:00", reason: null, tools: [], agents: [], approval: null },
  ...{ from, until },
};
export const manager: Actor = { ...operator, principal: "slack:T1/manager", name: "mia" };
export const asking: FreezeRule = {
  ...freeze,
  approval: { by: [manager.principal], count: 1, ownRequest: true },
};

export const deploysTwice = () => {
  const deploy = () => calling(call("deploy", { version: "v1" }));
  return scripted(deploy(), deploy(), finalAnswer("done"));
};

/** A bot whose tool is looked at once more between the approval and the intent: there the test lets time pass. */
export async function between(rule: FreezeRule, options: Partial<BotOptions> = {}) {
  let now = from - 1_000;
  const looking = gate();
  let looks = 0;
  const { done, tool } = deployment({
    preview: async () => {
      if (++looks === 2) await looking.pass();
      return "v0 → v1";
    },
  });
  const bot = await start({
    ...{ model: deploysTwice(), tools: [tool], freezes: [rule], clock: clockOf(() => now) },
    ...options,
  });
  const runId = await bot.launch("deploy");
  await settle(bot, runId, approve(await asked(bot, runId)));
  await looking.reached;
  const set = (time: number) => {
    now = time;
  };
  return { bot, runId, done, looking, set };
}

export const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);
