/** A model that chooses by luck: calls of every kind, words, refusals and answers that are cut off. */
import type { ChosenCall } from "../../../src/core/chosen-call.ts";
import type { EventOf } from "../../../src/core/event.ts";
import { ask, call, final, model, used } from "./events.ts";

export class RandomModel {
  /** It asks more than it does. */
  readonly #curious: boolean;
  #made = 0;

  constructor(curious: boolean) {
    this.#curious = curious;
  }

  choice(luck: number): EventOf<"model_answered"> {
    const usage = used(luck * 2, 0.001);
    if (luck % 23 === 1) return model({ usage, text: luck % 2 ? "It is done." : " " });
    if (luck % 23 === 2) return model({ usage, cut: "length", calls: [this.#call(luck)] });
    if (luck % 199 === 3) return model({ usage, refusal: "no" });
    const count = 1 + (luck % 4);
    return model({ usage, calls: Array.from({ length: count }, (_, n) => this.#call(luck * 7 + n * 5)) });
  }

  #call(luck: number): ChosenCall {
    this.#made += 1;
    const id = `c${this.#made}`;
    const args = { version: `v${luck % 3}` };
    if (this.#curious && luck % 3) return ask(id, `which ${luck % 5}?`);
    const kinds: (() => ChosenCall)[] = [
      () => call(id, "look", args),
      () => call(id, "fetch", args),
      () => call(id, "tag", args),
      () => call(id, "restart", args),
      () => call(id, "deploy", args),
      () => call(id, "destroy", args),
      () => ask(id, `which ${luck % 5}?`),
      () => call(id, "sleep_until", { seconds: 5 }),
      () => call(id, "wait_for_event", { event: "ci", timeout_seconds: 5 }),
      () => call(id, "hand_off", { agent: "helper", task: "find it" }),
      () => call(id, "nonsense"),
      () => ({ ...call(id, "tag", "{"), error: { code: "invalid_json", message: "not JSON" } }),
      () => (luck % 4 ? call(id, "look", args) : final(id, "done")),
    ];
    return (kinds[luck % kinds.length] ?? (() => final(id, "done")))();
  }
}
