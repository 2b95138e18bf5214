/** What an authentic delivery does: repeat, pass the filter, join the live run of its matter, or launch one. */
import { type Actor, type Address, threadAt } from "../../src/core/actor.ts";
import type { Inlet, Submitted } from "../../src/core/ports/channel.ts";
import type { Only } from "../../src/core/ports/commit.ts";
import type { Turns } from "../../src/core/turns.ts";
import { type About, aboutOf, briefing } from "./briefing.ts";
import type { FailureLimiter } from "./limiter.ts";
import { keyForRun, takesIn, whoHeard } from "./matter.ts";
import type { WebhookChannelOptions, WebhookOptions } from "./options.ts";
import { holdsAll } from "./paths.ts";
import type { Json } from "./payload.ts";
import { json, notStored } from "./problem.ts";
import { digest } from "./signature.ts";
import { resultTarget, saveTarget } from "./target.ts";

/** What carrying out a delivery needs of the running channel. */
export interface Receiver {
  options: Pick<WebhookChannelOptions, "publicUrl" | "clock" | "log" | "sns" | "fetchText">;
  inlet: Inlet;
  limiter: FailureLimiter;
  /** Two alerts of one matter at once must not start two runs. */
  byMatter: Turns;
}

/** A delivery that was proved and parsed. */
export interface Delivery {
  hook: WebhookOptions;
  /** The delivery's own key, unique within the hook. */
  key: string;
  headers: Headers;
  payload: { [key: string]: Json };
  /** What the run is called; null: by its task. */
  title: string | null;
}

/**
 * Answers when the run or its event is committed; a store in trouble is answered 503, so that the sender tries
 * again.
 */
export async function carryOut(receiver: Receiver, delivery: Delivery): Promise<Response> {
  const { hook, key, headers, payload } = delivery;
  try {
    if (!holdsAll(hook.filter, payload, headers)) {
      receiver.options.log.info({ webhook: hook.name, delivery: key }, "webhook delivery not interesting");
      return json(202, { ignored: "filter" });
    }
    const about = aboutOf(hook, payload, headers);
    // The launch itself finds out whether this delivery was here before.
    if (about.address === null) {
      return await launched(receiver, delivery, await launch(receiver, delivery, about));
    }
    const known = await receiver.inlet.store.inboxRow({ source: `webhook:${hook.name}`, key });
    if (known?.runId) return json(200, { duplicate: true, run_id: known.runId });
    // One after another in this process; the launch itself is refused when another process was faster.
    const matter = { ...about, address: about.address };
    return await receiver.byMatter.run(matter.address, () => attachOrLaunch(receiver, delivery, matter));
  } catch (error) {
    return notStored(error);
  }
}

type Matter = About & { address: Address };

/**
 * The newest run that is known of this matter takes the delivery in, or a new one does: whichever process is first.
 */
async function attachOrLaunch(receiver: Receiver, delivery: Delivery, about: Matter): Promise<Response> {
  if (about.resolved) return tellOver(receiver, delivery, about);
  let newest = await receiver.inlet.store.runAt(about.address);
  for (;;) {
    const attached = newest === null ? null : await attach(receiver, delivery, about, newest);
    if (attached !== null) return attached;
    const submitted = await launch(receiver, delivery, about, { address: about.address, after: newest });
    const takenBy = submitted.ok ? undefined : submitted.refusal.runId;
    if (takenBy === undefined) return launched(receiver, delivery, submitted);
    newest = takenBy;
  }
}

/** Told to each run of the matter that has not ended: one that waits for people may be older than the one at work. */
async function tellOver(receiver: Receiver, delivery: Delivery, about: Matter): Promise<Response> {
  const { hook, key } = delivery;
  const ofDelivery = { source: `webhook:${hook.name}`, key };
  const { heard, unheard } = await whoHeard(receiver.inlet.store, about.address, ofDelivery);
  let told: Response | null = null;
  for (const [index, runId] of unheard.entries()) {
    // Its own key comes last: a delivery that is cut off before is sent again, and told to the rest.
    const own = index === unheard.length - 1 ? key : keyForRun(key, runId);
    told = (await attach(receiver, { ...delivery, key: own }, about, runId)) ?? told;
  }
  if (told !== null) return told;
  if (heard !== null) return json(200, { duplicate: true, run_id: heard });
  receiver.options.log.info({ webhook: hook.name, delivery: key }, "webhook resolved, no live run");
  return json(202, { ignored: "resolved" });
}

/** Tells it to this run; null: it takes nothing more in, then this is a new matter. */
async function attach(
  receiver: Receiver,
  { hook, key, payload, headers }: Delivery,
  about: Matter,
  runId: string,
): Promise<Response | null> {
  if (!(await takesIn(receiver.inlet.store, runId, about.resolved, receiver.options.clock.now())))
    return null;
  const text = about.resolved ? "The alert is resolved:" : "The same matter was reported again:";
  const said = await receiver.inlet.command(
    runId,
    {
      type: "say",
      text: `${text}\n${briefing(hook, payload, headers)}`,
      actor: actorOf(hook),
      via: { channel: "webhook" },
    },
    { source: `webhook:${hook.name}`, key },
  );
  if (said.ok) return answered(receiver, said, { attached: true });
  return hearsNothing.test(said.refusal.code) ? null : refusedByRights(receiver, hook, said.refusal);
}

/** It ended between the look and the word, and may even have been forgotten; it is being stopped; or it is one call. */
const hearsNothing = /^run_(?:finished|forgotten|not_running|busy)$/;

/** `only`: the place that this launch must have for itself. */
async function launch(receiver: Receiver, delivery: Delivery, about: About, only?: Only): Promise<Submitted> {
  const { hook, key, headers, payload, title } = delivery;
  const target = resultTarget(hook, payload, headers);
  const results = target === null ? null : await saveTarget(receiver.inlet, hook, key, target);
  const place = hook.speaksAt && threadAt(hook.speaksAt, digest(`${hook.name}\n${key}`));
  return receiver.inlet.launch(
    hook.agent,
    {
      task: hook.prompt,
      ...(title === null ? {} : { title }),
      actor: actorOf(hook),
      via: { channel: "webhook" },
      addresses: [place, about.address, results].filter((address) => address !== null),
      // The task is ours and trusted; the delivery is untrusted data.
      trusted: true,
      context: [{ source: `webhook ${hook.name}`, text: briefing(hook, payload, headers), trusted: false }],
      follows: null,
      parent: null,
    },
    { source: `webhook:${hook.name}`, key },
    only,
  );
}

function launched(
  receiver: Receiver,
  { hook }: Delivery,
  submitted: Submitted,
): Response | Promise<Response> {
  return submitted.ok
    ? answered(receiver, submitted, {})
    : refusedByRights(receiver, hook, submitted.refusal);
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

/**
 * Authentic but not allowed: a 4xx would make some senders switch the webhook off, and tells nobody who can mend it.
 */
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
