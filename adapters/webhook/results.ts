/** What a webhook's run tells the system that started it: signed callbacks, and marks on GitHub. */

import { createHmac } from "node:crypto";
import type { Message } from "../../src/core/message.ts";
import type { Delivery, Inlet } from "../../src/core/ports/channel.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { ResultTarget } from "../../src/core/store/notes.ts";
import { isEnded, type Status } from "../../src/core/text/status.ts";
import { commentOn, type GithubApi, markCommit } from "./github.ts";
import { standardKey } from "./kinds/standard-webhooks.ts";
import type { CallbackHost, WebhookOptions } from "./options.ts";
import { failureOf, send } from "./outbound.ts";
import { digest } from "./signature.ts";

/** What telling the result of a run needs; `github` is null without a token. */
export interface Teller {
  inlet: Inlet;
  clock: Clock;
  callbackHosts: readonly CallbackHost[];
  github: GithubApi | null;
  runUrl(runId: string): string;
}

/** What the outside may want to hear of; the steps between are the chat's. */
const told: readonly Status[] = [
  "waiting_human_input",
  "complete",
  "failed",
  "cancelled",
  "max_steps_reached",
];

/**
 * Makes the outside know the run's status and words. `remoteId` is what was told last, `<status> <hash of the text>`:
 * a post that changes nothing of it is not sent.
 */
export async function tellResult(
  teller: Teller,
  hook: WebhookOptions,
  secret: string | null,
  target: ResultTarget,
  delivery: Delivery,
): Promise<string> {
  const row = await teller.inlet.store.run(delivery.runId);
  if (row === null) return "unknown";
  // A long answer comes as its own post; the progress post of an ended run then has no words to tell.
  if (isEnded(row.status) && !delivery.body.blocks.some((block) => block.type === "text")) {
    return delivery.remoteId ?? "no words";
  }
  const text = wordsOf(delivery.body);
  const now = `${row.status} ${digest(text).slice(0, 8)}`;
  const before = delivery.remoteId?.split(" ")[0];
  const due = told.includes(row.status) ? now !== delivery.remoteId : before === undefined;
  // Between two waits there was work: the second is news, also in the same words.
  if (!due) return told.includes(row.status) ? (delivery.remoteId ?? now) : now;
  if (target.callback !== null && secret !== null && told.includes(row.status)) {
    await callBack(teller, target.callback, secret, delivery, { status: row.status, text });
  }
  if (target.github !== null && teller.github !== null) {
    const result = {
      hook: hook.name,
      runId: delivery.runId,
      status: row.status,
      text,
      url: teller.runUrl(row.runId),
    };
    if (hook.github?.status && before !== row.status) await markCommit(teller.github, target.github, result);
    if (hook.github?.comment && told.includes(row.status))
      await commentOn(teller.github, target.github, result);
  }
  return now;
}

/** A POST in the Standard Webhooks form. The id stays the same over retries; the receiver drops a repeated one. */
async function callBack(
  teller: Teller,
  url: string,
  secret: string,
  delivery: Delivery,
  result: { status: Status; text: string },
): Promise<void> {
  const at = teller.clock.now();
  const body = JSON.stringify({
    type: `run.${result.status}`,
    timestamp: new Date(at).toISOString(),
    data: {
      run_id: delivery.runId,
      status: result.status,
      text: result.text,
      url: teller.runUrl(delivery.runId),
    },
  });
  const id = `msg_${digest(`${delivery.id} ${delivery.revision} ${result.status} ${result.text}`)}`;
  const stamp = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", standardKey(secret))
    .update(`${id}.${stamp}.${body}`)
    .digest("base64");
  const headers = {
    "content-type": "application/json",
    "user-agent": "belay",
    "webhook-id": id,
    "webhook-timestamp": stamp,
    "webhook-signature": `v1,${signature}`,
  };
  const answer = await send({ method: "POST", url, headers, body }, teller.callbackHosts);
  if (answer.status < 200 || answer.status > 299) throw failureOf(answer, "the callback", at);
}

/** The words of a message for a reader without a screen of ours. */
function wordsOf(body: Message): string {
  const texts = body.blocks.flatMap((block) => (block.type === "text" ? block.markdown : []));
  return [body.summary, ...texts].join("\n\n");
}
