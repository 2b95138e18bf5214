/**
 * A run that is launched in the very next turn, as a child is after its parent noted it, is there for who asks now.
 */
import { expect, test } from "vitest";
import { runIdFor } from "../../src/engine/ids.ts";
import { operator } from "../support/bot.ts";
import { bench } from "../support/http/server.ts";
import { launchOf } from "../support/launch.ts";

test("a run that is being launched is found, not refused", async () => {
  using b = await bench();
  const inbox = { source: "test", key: "soon" };
  const asked = b.call("GET", `/agent/state/${runIdFor(inbox)}`, { as: "admin" });
  const request = launchOf({ task: "add", actor: { ...operator, principal: "token:admin" } });
  const launched = await b.engine.launch("helper", request, inbox);
  expect(launched).toMatchObject({ ok: true });
  expect((await asked).status).toBe(200);
});
