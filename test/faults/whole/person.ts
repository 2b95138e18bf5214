/** The person who answers: by the API what the API started, by buttons and words in Slack what speaks there. */
import { setTimeout as wait } from "node:timers/promises";
import { questionKey } from "../../../src/core/message.ts";
import type { Bots } from "./bots.ts";
import { type Answer, colourOf, type Item, isRefused, itemIn, type Ledger } from "./ledger.ts";
import { isTaken, type Letter } from "./send.ts";
import type { Post, SlackSide } from "./slack-side.ts";

/** As much of an open question as a person reads. */
interface Question {
  id: string;
  run_id: string;
  kind: string;
  text: string;
  call: { tool: string; input: unknown } | null;
  asked_at: number;
}

export interface PersonOptions {
  ledger: Ledger;
  bots: Bots;
  slack: SlackSide;
  /** false: everything by the API. */
  inSlack: boolean;
  /** How long a person looks before saying what became of a call, ms. */
  looksMs: number;
}

export class Person {
  readonly #options: PersonOptions;
  readonly #busy = new Set<string>();
  #stopped = false;
  #loop: Promise<void> | null = null;

  constructor(options: PersonOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#keepAnswering();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #keepAnswering(): Promise<void> {
    while (!this.#stopped) {
      const { questions } = (await this.#options.bots.ask("/questions")) as { questions: Question[] };
      for (const question of questions) {
        const isAnswered = this.#options.ledger.answers.get(question.id)?.acknowledged === true;
        if (isAnswered || this.#busy.has(question.id)) continue;
        this.#busy.add(question.id);
        this.#answer(question)
          .catch((error: unknown) => this.#options.ledger.broken.push(`answering broke: ${error}`))
          .finally(() => this.#busy.delete(question.id));
      }
      await wait(250);
    }
  }

  async #answer(question: Question): Promise<void> {
    const { ledger, bots, looksMs, inSlack } = this.#options;
    const item = ledger.items.get(itemIn(`${question.text} ${JSON.stringify(question.call)}`) ?? "");
    if (item === undefined) throw new Error(`of what does it speak? ${JSON.stringify(question)}`);
    // What is on its way to the service when its bot dies arrives there.
    if (question.kind === "doubt") await wait(looksMs);
    const said = ledger.answers.get(question.id)?.said ?? this.#wordsTo(question, item);
    const answer: Answer = {
      ...{
        item: item.id,
        runId: question.run_id,
        kind: question.kind,
        tool: question.call?.tool ?? null,
        said,
      },
      ...{ acknowledged: false, whileAsleep: bots.isAnyAsleep },
    };
    const isHere = inSlack && (item.door === "slack" || item.door === "alert");
    // Nobody looks into a thread more often, and Slack would not have it.
    if (isHere) await wait(1_000);
    const post = isHere ? await this.#postOf(question, item) : null;
    // It will stand there, or the run does not end, which the judge sees.
    if (isHere && post === null) return;
    ledger.answers.set(question.id, answer);
    answer.acknowledged = post
      ? await this.#inThread(question, post, said)
      : await this.#byApi(question, said);
  }

  /** The truth, as far as it can be seen from outside. */
  #wordsTo({ kind, call }: Question, item: Item): string {
    switch (kind) {
      case "ask":
        return colourOf(item.id);
      case "approval":
        return isRefused(item) ? "refuse" : "approve";
      case "doubt":
        return this.#options.ledger.effectsOf(item.id, call?.tool ?? "").length > 0 ? "happened" : "run";
      default:
        throw new Error(`nobody expected a question about ${kind} of ${item.id}`);
    }
  }

  async #byApi({ id, run_id, kind }: Question, said: string): Promise<boolean> {
    const operation = kind !== "approval" ? "provide_input" : said;
    const words =
      operation === "provide_input" ? { answer: said } : operation === "refuse" ? { reason: "not now" } : {};
    const letter: Letter = {
      ...{ method: "POST", path: `/agent/${operation}`, headers: { "idempotency-key": `answer ${id}` } },
      body: JSON.stringify({ id: run_id, question_id: id, ...words }),
    };
    return isTaken(await this.#options.bots.awake().api(letter));
  }

  /** Acknowledged by Slack's own measure: a bot took the event. */
  async #inThread({ kind }: Question, { message, thread }: Post, said: string): Promise<boolean> {
    const { slack } = this.#options;
    if (kind === "approval") await slack.press("approve", message);
    else if (kind === "doubt") await slack.press("choose", message, said);
    else await slack.say(said, thread);
    return true;
  }

  async #postOf({ id, run_id }: Question, item: Item): Promise<Post | null> {
    const { slack } = this.#options;
    // The run of an alert makes its thread itself.
    item.thread ??= await slack.threadOf(run_id);
    const posts = item.thread === null ? [] : await slack.thread(item.thread);
    return posts.find(({ key }) => key === questionKey(id)) ?? null;
  }
}
