/** A worker of wakes.ts: drives runs of the database, or bare jobs, and tells its parent when each began. */

import { runTaskList } from "graphile-worker";
import { Pool } from "pg";
import { pino } from "pino";
import { openPostgres } from "../adapters/postgres/store.ts";
import { openWakes } from "../adapters/postgres/wakes.ts";
import type { Model } from "../src/core/ports/model.ts";
import { adding, clock, openBench } from "./bot.ts";
import { now } from "./measured-worker.ts";

const [url = "", what = "", modelMs = "0", runsAtOnce = "200"] = process.argv.slice(2);

function telling(model: Model): Model {
  return {
    ...model,
    async answer(request, ...rest) {
      if (request.input.length === 1) process.send?.(now());
      if (modelMs !== "0") await new Promise((resolve) => setTimeout(resolve, Number(modelMs)));
      return model.answer(request, ...rest);
    },
  };
}

if (what === "bare") {
  const pool = new Pool({ connectionString: url });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const preset = { worker: { localQueue: { size: 10 }, completeJobBatchDelay: 0 } };
  const options = { pgPool: pool, concurrency: Number(runsAtOnce), noHandleSignals: true, preset };
  runTaskList(options, { bare: async () => void process.send?.(now()) }, pool);
} else {
  const log = pino({ level: "silent" });
  const store = await openPostgres({ url, clock });
  const wakes = openWakes({ url, log, runsAtOnce: Number(runsAtOnce) });
  await openBench("", telling(adding()), { store, wakes, role: { works: true, speaks: false } });
}
process.stdout.write("ready\n");
process.on("disconnect", () => process.exit());
