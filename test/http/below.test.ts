/** What a child run asks is seen and answered where its parent is followed: a run of the API speaks nowhere else. */
import { expect, onTestFinished, test } from "vitest";
import type { RunState } from "../../src/http/wire/runs.ts";
import { apiOf } from "../support/api.ts";
import { agent, startBot } from "../support/bot.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

type Script = Parameters<typeof scripted>;

/** A bot whose default agent hands tasks to `helper`, which may hand them on to itself. */
async function given(script: { parent: Script; child: Script }) {
  const [parents, children] = [scripted(...script.parent), scripted(...script.child)];
  const known = agent();
  const bot = await startBot({
    model: twoModels(parents, children),
    agents: [
      { ...known, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1", handOff: ["helper"] },
    ],
  });
  onTestFinished(() => bot.stop());
  const api = apiOf(bot);
  /** The parent's state once so many questions are open below it. */
  const asking = async (run: RunState, count: number) => {
    const changed = Promise.withResolvers<RunState>();
    const look = async () => {
      const state = await api.state(run.id);
      if (state.questions.length === count && state.status === "sleeping") changed.resolve(state);
    };
    const end = bot.engine.watch(() => void look().catch(changed.reject));
    await look();
    return changed.promise.finally(end);
  };
  return { bot, api, asking };
}

const handOff = (id: string) => calling(call("hand_off", { agent: "helper", task: "find it" }, id));

test("the parent shows the question, names the run that asks, and is answered for it", async () => {
  const { bot, api, asking } = await given({
    parent: [handOff("h1"), finalAnswer("found")],
    child: [calling(ask("Which room?")), finalAnswer("in the hall")],
  });
  const run = await api.launch("where is it?");
  const seen = await asking(run, 1);
  expect(seen).toMatchObject({
    status: "sleeping",
    waiting: { for: "run", run_id: seen.children[0] },
    questions: [{ kind: "ask", text: "Which room?", run_id: seen.children[0], may_answer: true }],
    can: { answer: { allowed: true, why: null } },
  });
  const answered = await api.post("provide_input", { id: run.id, answer: "the hall" });
  expect([answered.status, await answered.json()]).toMatchObject([200, { id: run.id, questions: [] }]);
  expect((await bot.untilEnd(run.id)).phase).toEqual({ at: "complete", answer: "found" });
});

test("a question of a grandchild is answered on the grandparent by its id; another time it is settled", async () => {
  const { bot, api, asking } = await given({
    parent: [handOff("h1"), finalAnswer("found")],
    child: [handOff("h2"), calling(ask("Which room?")), finalAnswer("deep"), finalAnswer("less deep")],
  });
  const run = await api.launch("where is it?");
  const seen = await asking(run, 1);
  const [question] = seen.questions;
  expect(question?.run_id).not.toBe(seen.children[0]);
  const answer = { id: run.id, question_id: question?.id, answer: "the hall" };
  expect((await api.post("provide_input", answer)).status).toBe(200);
  const again = await api.post("provide_input", { ...answer, answer: "the attic" });
  expect([again.status, await again.json()]).toMatchObject([409, { code: "already_answered" }]);
  await bot.untilEnd(run.id);
});

test("several questions below must be told apart", async () => {
  const { bot, api, asking } = await given({
    parent: [handOff("h1"), finalAnswer("found")],
    child: [calling(ask("Which room?"), ask("Which day?")), finalAnswer("in the hall, on Monday")],
  });
  const run = await api.launch("where is it?");
  const [room, day] = (await asking(run, 2)).questions;
  const ambiguous = await api.post("provide_input", { id: run.id, answer: "the hall" });
  expect([ambiguous.status, await ambiguous.json()]).toMatchObject([
    409,
    { code: "question_ambiguous", questions: [{ id: room?.id, kind: "ask", text: "Which room?" }, {}] },
  ]);
  await api.post("provide_input", { id: run.id, question_id: day?.id, answer: "Monday" });
  expect((await api.post("provide_input", { id: run.id, answer: "the hall" })).status).toBe(200);
  expect((await bot.untilEnd(run.id)).phase.at).toBe("complete");
});

test("the question of a run that is not below this one is not found", async () => {
  const { bot, api } = await given({ parent: [calling(ask("Whose?"))], child: [] });
  const [one, other] = [await api.launch("one"), await api.launch("other")];
  await bot.untilStatus(other.id, "waiting_human_input");
  const question_id = (await api.state(other.id)).questions[0]?.id;
  const answered = await api.post("provide_input", { id: one.id, question_id, answer: "mine" });
  expect([answered.status, await answered.json()]).toMatchObject([404, { code: "question_not_found" }]);
});
