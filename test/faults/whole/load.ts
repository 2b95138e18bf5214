/** The senders: deliveries that nobody repeats, launches that are repeated until they are answered, mentions. */
import { createHmac } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Bots } from "./bots.ts";
import type { Dice } from "./dice.ts";
import type { Door, Item, Ledger, Step } from "./ledger.ts";
import { isTaken, type Letter, type Sent, send } from "./send.ts";
import type { SlackSide } from "./slack-side.ts";

export const webhookSecret = "correct horse battery staple";

export interface LoadOptions {
  ledger: Ledger;
  bots: Bots;
  slack: SlackSide;
  dice: Dice;
  /** Pieces of work a second, at most. */
  rate: number;
}

/** Who waits for so many answers sends nothing more: what is in nobody's queue can't be cut off there. */
const unansweredAtMost = 24;

export class Load {
  readonly #options: LoadOptions;
  readonly #underWay = new Set<Promise<void>>();
  #stopped = false;
  #loop: Promise<void> | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#keepSending();
  }

  async untilAcknowledged(pieces: number): Promise<void> {
    while (this.#options.ledger.acknowledged < pieces) await wait(100);
  }

  /** Resolves when everything that was sent has been answered, or never will be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
    await Promise.all(this.#underWay);
  }

  /** One piece of work; resolves when its sender knows what became of it. */
  async send(door: Door, plan: readonly Step[]): Promise<Item> {
    const item = this.#options.ledger.newItem(door, plan);
    if (door === "slack") await this.#mention(item);
    else if (door === "api") await this.#launch(item);
    else await this.#deliver(item);
    return item;
  }

  async #keepSending(): Promise<void> {
    const { dice, rate, bots } = this.#options;
    while (!this.#stopped) {
      await wait(1000 / rate);
      if (this.#underWay.size >= unansweredAtMost) continue;
      // A sender whom nobody hears learns nothing about the bots; now and then one has to be sure of that.
      if (bots.areAllDown && !dice.chance(10)) continue;
      const door = doorBy(dice);
      const sent = this.send(door, planBy(dice, door)).then(() => {});
      this.#underWay.add(sent);
      sent.finally(() => this.#underWay.delete(sent));
    }
  }

  /** As GitHub does it: once, whatever becomes of it. */
  async #deliver(item: Item): Promise<void> {
    const body = JSON.stringify({ action: "completed", work: item.id, plan: item.plan });
    const signature = createHmac("sha256", webhookSecret).update(body).digest("hex");
    const headers = {
      "content-type": "application/json",
      "x-github-event": "workflow_run",
      "x-github-delivery": item.id,
      "x-hub-signature-256": `sha256=${signature}`,
    };
    const path = item.door === "alert" ? "/webhooks/alerts" : "/webhooks/ci";
    took(
      item,
      await send(this.#options.bots.anyone().url, { method: "POST", path, headers, body }, 20_000),
      "run_id",
    );
  }

  /** As a client does it that has to know: under the same key until it is answered. */
  async #launch(item: Item): Promise<void> {
    const letter: Letter = {
      ...{ method: "POST", path: "/agent/launch", headers: { "idempotency-key": item.id } },
      body: JSON.stringify({ input_prompt: `${item.id}: work off your plan` }),
    };
    for (;;) {
      const sent = await this.#options.bots.anyone().api(letter);
      took(item, sent, "id");
      if (isTaken(sent)) return;
      await wait(200);
    }
  }

  async #mention(item: Item): Promise<void> {
    item.thread = await this.#options.slack.say(`<@U0BOT> ${item.id}: work off your plan`);
    item.became = "acknowledged";
  }
}

/** `field`: where the answer names the run. */
function took(item: Item, sent: Sent, field: string): void {
  if (sent.type !== "answered") item.became = sent.type;
  else if (!isTaken(sent)) item.became = "refused";
  else {
    item.became = "acknowledged";
    item.runId = String((JSON.parse(sent.text) as Record<string, unknown>)[field]);
  }
}

/** Slack takes a message a second for a channel: what speaks there is rare. */
function doorBy(dice: Dice): Door {
  if (dice.chance(6)) return dice.of<Door>("slack", "alert");
  return dice.of<Door>("github", "github", "api");
}

function planBy(dice: Dice, door: Door): Step[] {
  const step = () => dice.of<Step>("look", "note", "pay", "pay", "deploy", "ask");
  const plan =
    door === "github" || door === "api" ? [step(), step()] : [dice.of<Step>("pay", "deploy", "ask")];
  if (dice.chance(8)) plan.push(dice.of<Step>("job", "nap"));
  return [...new Set(plan)];
}
