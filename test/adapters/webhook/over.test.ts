/** A report of a matter whose run comes to its end just then is not lost. */
import { expect, test } from "vitest";
import { bench, hook, secret } from "../../support/webhook/bench.ts";

test.each(["run_finished", "run_forgotten"] as const)(
  "it starts a run of its own when the word to the run that it belongs to is refused with %s",
  async (code) => {
    const b = await bench([hook({ verify: { kind: "bearer" }, concurrencyKey: ["service"] })]);
    const report = (n: number) =>
      b.deliver("ci", JSON.stringify({ service: "api", n }), { authorization: `Bearer ${secret}` });
    await report(1);
    b.inlet.command = async () => ({ ok: false, refusal: { code, message: "It is over." } });
    await report(2);
    expect(b.inlet.launches.map(({ runId }) => runId)).toEqual(["run_1", "run_2"]);
    expect(b.inlet.auditRows).toEqual([]);
  },
);
