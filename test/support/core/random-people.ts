/** People who ask by luck: they write, press, answer late and by the wrong door, and help a run that waits. */
import type { Actor } from "../../../src/core/actor.ts";
import type { Command } from "../../../src/core/command.ts";
import type { State } from "../../../src/core/state.ts";
import { answer, approve, cancel, edit, pause, refuse, resume, saidAt, say, undo } from "./commands.ts";
import { dana, oncall, person } from "./policy.ts";

/** Words that were written and are still on their way. */
interface Written {
  text: string;
  at: number;
  /** The question that was on the screen. */
  aimedAt: string | null;
}

const actors = [dana, oncall, person("guest", { guest: true }), person("bot", { kind: "machine" })];

export class RandomPeople {
  /** They write more than they press. */
  readonly #curious: boolean;
  /** What they have written: it arrives late, perhaps twice, perhaps by another door. */
  readonly #written: Written[] = [];

  constructor(curious: boolean) {
    this.#curious = curious;
  }

  /** What somebody asks now; `act` chooses the way. `now`: ms since the epoch. */
  wish(state: State, act: number, luck: number, now: number): Command {
    const actor = actors[luck % actors.length] ?? dana;
    const open = state.questions;
    const question = open[luck % Math.max(1, open.length)];
    const id = question?.id ?? "run_1.1";
    if (act < (this.#curious ? 70 : 12)) return this.#arrives(state, luck, now, actor) ?? say("hello", actor);
    if (act < 25) return say(["hello", "continue", "stop", "2."][luck % 4] ?? "", actor);
    if (act < 55 && question?.kind === "approval") {
      if (luck % 5 === 0) return refuse(id, "no", actor);
      return luck % 5 === 1 ? edit(id, { version: "v9" }, actor) : approve(id, actor);
    }
    if (act < 60) return answer(question?.choices[luck % 3]?.value ?? "blue", luck % 7 ? id : null, actor);
    if (act < 75) return { ...pause, actor } as Command;
    if (act < 95) return { ...resume, actor } as Command;
    if (act < 97) return { ...cancel, actor } as Command;
    const undoable = state.settled.filter(({ undo }) => undo !== undefined);
    const approved = undoable[luck % Math.max(1, undoable.length)];
    if (approved && act === 97) return undo(approved.id, actor);
    const event = luck % 3 ? "ci" : "other";
    return { type: "deliver_event", event, payload: "green", actor, via: { channel: "webhook" } };
  }

  /** Somebody writes, or what was written arrives: in the thread, or by a door where it names a question or none. */
  #arrives(state: State, luck: number, now: number, actor: Actor): Command | null {
    const open = state.questions;
    const shown = open[luck % Math.max(1, open.length)] ?? null;
    if (luck % 3 === 0 && this.#written.length < 5) {
      const text = ["blue", "run", "continue", "yes", "which?"][luck % 5] ?? "";
      this.#written.push({ text, at: now, aimedAt: shown?.id ?? null });
      return null;
    }
    const index = luck % Math.max(1, this.#written.length);
    const written = this.#written[index];
    if (!written) return null;
    // Every other time it arrives once more.
    if (luck % 2) this.#written.splice(index, 1);
    if (luck % 7 === 1) return answer(written.text, null, actor);
    if (luck % 7 === 2) return answer(written.text, luck % 4 ? written.aimedAt : "run_9.1", actor);
    return saidAt(written.at, written.text, actor);
  }

  /** Somebody sees that the run waits, and does what it waits for. */
  help(state: State, luck: number): Command {
    const question = state.questions[0];
    if (!question || state.phase.at === "paused") return resume;
    const way = state.settled.find((settled) => settled.undo?.asked === null);
    if (way && luck % 3 === 0) return undo(way.id, oncall);
    const id = question.id;
    if (question.kind === "approval") return approve(id, person(`p${luck % 3}`));
    if (question.choices.length === 0) return answer("blue", id);
    // Mostly on, seldom stop.
    return answer((luck % 12 ? question.choices[luck % 2] : question.choices.at(-1))?.value ?? "", id);
  }
}
