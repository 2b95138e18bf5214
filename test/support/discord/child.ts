/** A whole bot on Discord in a process of its own, to be killed. Arguments: folder, the fake's address. */
import { join } from "node:path";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import type { Model, ModelRequest } from "../../../src/core/ports/model.ts";
import { clock, startBot } from "../bot.ts";
import { answerWith, call } from "../model/scripted.ts";
import { unstarted } from "./bed.ts";

const [folder = "", apiUrl = ""] = process.argv.slice(2);

const answersIn = (request: ModelRequest) => request.input.filter((item) => item.type === "model").length;
const script = [
  [call("ask_human", { question: "Which version?", choices: null, context: null }, "c1")],
  [call("final_answer", { answer: "It is deployed." }, "c2")],
];

/** What to do next follows from the request alone, so a repeated request is answered the same. */
const model: Model = {
  name: "scripted",
  answer: async (request) => answerWith({ calls: script[answersIn(request)] ?? [] }),
};

const real = unstarted({ apiUrl });
const channel = { ...real, can: { ...real.can, minIntervalMs: 20 } };
const store = await openSqlite({ path: join(folder, "belay.db"), clock });
await startBot({ store, model, channels: [channel] });
