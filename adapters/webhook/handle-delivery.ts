/** What an authentic delivery does: repeat, pass the filter, join the live run of its matter, or launch one. */

import { type Actor, threadAt } from "../../src/core/actor.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import { StoreError } from "../../src/core/ports/store.ts";
import { isEnded } from "../../src/core/text/status.ts";
import type { Turns } from "../../src/core/turns.ts";
import { type About, aboutOf, briefing } from "./briefing.ts";
import type { FailureLimiter } from "./limiter.ts";
import type { WebhookChannelOptions, WebhookOptions } from "./options.ts";
import { holdsAll } from "./paths.ts";
import type { Json } from "./payload.ts";
import { json, type ProblemCode, problem } from "./problem.ts";
import { digest } from "./signature.ts";
import { resultTarget, saveTarget } from "./target.ts";

export interface Receiver {
  options: Pick<WebhookChannelOptions, "publicUrl" | "clock" | "log" | "sns" | "fetchText">;
  inlet: Inlet;
  limiter: FailureLimiter;
  /** Two alerts of one matter at once must not start two runs. */
  byMatter: Turns;
}

export interface Delivery {
  hook: WebhookOptions;
  /** The delivery's own key, unique within the hook. */
  key: string;
  headers: Headers;
  payload: { [key: string]: Json };
  /** What the run is called; null: by its task. */
  title: string | null;
}

export async function carryOut(receiver: Receiver, delivery: Delivery): Promise<Response> {
  const { hook, key, headers, payload } = delivery;
  try {
    if (!holdsAll(hook.filter, payload, headers)) {
      receiver.options.log.info({ webhook: hook.name, delivery: key }, "webhook delivery not interesting");
      return json(202, { ignored: "filter" });
    }
    const about = aboutOf(hook, payload, headers);
    // The launch itself finds out whether this delivery was here before.
    if (about.address === null) return await launch(receiver, delivery, about);
    const known = await receiver.inlet.store.inboxRow({ source: `webhook:${hook.name}`, key });
    if (known?.runId) return json(200, { duplicate: true, run_id: known.runId });
    return await receiver.byMatter.run(about.address, () => attachOrLaunch(receiver, delivery, about));
  } catch (error) {
    return notStored(error);
  }
}

async function attachOrLaunch(receiver: Receiver, delivery: Delivery, about: About): Promise<Response> {
  const { hook, key } = delivery;
  const runId = about.address === null ? null : await liveRunAt(receiver, about.address, about.resolved);
  if (runId === null) {
    if (!about.resolved) return launch(receiver, delivery, about);
    receiver.options.log.info({ webhook: hook.name, delivery: key }, "webhook resolved, no live run");
    return json(202, { ignored: "resolved" });
  }
  const text = about.resolved ? "The alert is resolved:" : "The same matter was reported again:";
  const said = await receiver.inlet.command(
    runId,
    {
      type: "say",
      text: `${text}\n${briefing(hook, delivery.payload, delivery.headers)}`,
      actor: actorOf(hook),
      via: { channel: "webhook" },
    },
    { source: `webhook:${hook.name}`, key },
  );
  if (said.ok) return answered(receiver, said, { attached: true });
  // It ended between the look and the word: then this is a new matter.
  if (said.refusal.code === "run_finished" && !about.resolved) return launch(receiver, delivery, about);
  return refusedByRights(receiver, hook, said.refusal);
}

/** A run that waits for people longer than this takes no more of its matter in: nobody may be looking at it. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * The run that further reports of this matter belong to. One at its step limit does nothing any more, and one whose
 * question nobody answers would swallow every later alert: a new report starts a run of its own. That the matter is
 * over is told to any run that has not ended.
 */
async function liveRunAt(
  { inlet, options }: Receiver,
  address: string,
  resolved: boolean,
): Promise<string | null> {
  const runId = await inlet.store.runAt(address);
  const row = runId === null ? null : await inlet.store.run(runId);
  if (row === null || isEnded(row.status)) return null;
  if (resolved) return row.runId;
  if (row.status === "max_steps_reached") return null;
  const since = row.status === "waiting_human_input" ? await askedSince(inlet, row.runId) : null;
  return since !== null && options.clock.now() - since > LONGEST_WAIT_MS ? null : row.runId;
}

/** When the oldest open question of a run was asked; null when it has none. */
async function askedSince(inlet: Inlet, runId: string): Promise<number | null> {
  const open = await inlet.store.openQuestions(MOST_OPEN);
  const times = open.filter((row) => row.runId === runId).map(({ askedAt }) => askedAt);
  return times.length === 0 ? null : Math.min(...times);
}

const MOST_OPEN = 1000;

async function launch(receiver: Receiver, delivery: Delivery, about: About): Promise<Response> {
  const { hook, key, headers, payload, title } = delivery;
  const target = resultTarget(hook, payload, headers);
  const results = target === null ? null : await saveTarget(receiver.inlet, hook, key, target);
  const place = hook.speaksAt && threadAt(hook.speaksAt, digest(`${hook.name}\n${key}`));
  const submitted = await receiver.inlet.launch(
    hook.agent,
    {
      task: hook.prompt,
      ...(title === null ? {} : { title }),
      actor: actorOf(hook),
      via: { channel: "webhook" },
      addresses: [place, about.address, results].filter((address) => address !== null),
      // The task is ours and trusted; the delivery is data, and marks the run as having read untrusted bytes.
      trusted: true,
      context: [{ source: `webhook ${hook.name}`, text: briefing(hook, payload, headers), trusted: false }],
      follows: null,
      parent: null,
    },
    { source: `webhook:${hook.name}`, key },
  );
  if (!submitted.ok) return refusedByRights(receiver, hook, submitted.refusal);
  return answered(receiver, submitted, {});
}

/** A machine: it may launch what the agent's rights list it for, and never approves. */
function actorOf(hook: WebhookOptions): Actor {
  const principal = `webhook:${hook.name}`;
  return {
    principal,
    name: `webhook ${hook.name}`,
    groups: [],
    guest: false,
    kind: "machine",
    asked: "nothing",
  };
}

function answered(
  receiver: Receiver,
  { runId, duplicate }: { runId: string; duplicate: boolean },
  more: object,
): Response {
  if (duplicate) return json(200, { duplicate: true, run_id: runId });
  const location = `${receiver.options.publicUrl}/agent/state/${runId}`;
  return json(202, { run_id: runId, ...more }, { location });
}

/** Authentic but not allowed: a 4xx would make some senders switch the webhook off, and tells nobody who can mend it. */
async function refusedByRights(
  receiver: Receiver,
  hook: WebhookOptions,
  refusal: { code: string; message: string },
): Promise<Response> {
  receiver.options.log.warn({ webhook: hook.name, code: refusal.code }, "webhook launch refused");
  await receiver.inlet.store.audit({
    at: receiver.options.clock.now(),
    principal: `webhook:${hook.name}`,
    action: "launch",
    resource: `agent:${hook.agent}`,
    decision: "refused",
    rule: refusal.code,
  });
  return json(202, { ignored: refusal.code });
}

/** Never a 2xx for what is not durable. Anything but the store's trouble is a bug and goes on to the server. */
export function notStored(error: unknown): Response {
  if (!(error instanceof StoreError)) throw error;
  const code: ProblemCode = error.code === "storage_full" ? "storage_full" : "storage_busy";
  const after = code === "storage_full" ? "60" : "2";
  const what = error.uncertain ? "It is not known whether it was stored." : "Nothing was stored.";
  return problem(code, `${what} Deliver it again later.`, { "retry-after": after });
}
