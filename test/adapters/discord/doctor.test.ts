/** The doctor names what is wrong with a Discord set-up and which switch to turn. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { diagnose, inviteLink, permissionsNumber } from "../../../adapters/discord/doctor.ts";
import { type FakeDiscord, fakeDiscord } from "../../support/discord/fake.ts";
import { ids } from "../../support/discord/payloads.ts";

let discord: FakeDiscord;
beforeAll(async () => {
  discord = await fakeDiscord();
});
afterAll(() => discord.close());
beforeEach(() => {
  discord.rest.application = { id: ids.application, flags: 1 << 19 };
  discord.rest.guilds = [{ id: ids.guild, name: "Example", permissions: permissionsNumber().toString() }];
  discord.rest.faults.length = 0;
});

async function complaints(): Promise<string[]> {
  const findings = await diagnose({ token: "example.token", apiUrl: discord.apiUrl });
  return findings.filter((each) => !each.ok).map((each) => `${each.check}: ${each.detail}. ${each.fix}`);
}

test("a complete set-up has nothing to fix", async () => {
  expect(await complaints()).toEqual([]);
});

test("a switch that is off is named", async () => {
  discord.rest.application.flags = 0;
  expect(await complaints()).toEqual([expect.stringContaining("Privileged Gateway Intents")]);
});

test("an endpoint URL that takes the interactions away is named", async () => {
  discord.rest.application.interactions_endpoint_url = "https://elsewhere.example";
  expect(await complaints()).toEqual([expect.stringContaining("Interactions Endpoint URL")]);
});

test("missing permissions are named, one by one", async () => {
  discord.rest.guilds = [{ id: ids.guild, name: "Example", permissions: (1n << 10n).toString() }];
  const [complaint] = await complaints();
  expect(complaint).toContain("Create Public Threads");
  expect(complaint).not.toContain("View Channels");
});

test("a bot on no server gets its invite link", async () => {
  discord.rest.guilds = [];
  expect(await complaints()).toEqual([expect.stringContaining(inviteLink(ids.application))]);
});

test("a refused token is named", async () => {
  const answer = { status: 401, body: { code: 0, message: "401: Unauthorized" } };
  discord.rest.faults.push({ method: "GET", path: /users\/@me$/, answer });
  expect(await complaints()).toEqual([expect.stringContaining("Reset Token")]);
});

test("a Discord that can't be reached is a finding, not an error", async () => {
  const findings = await diagnose({ token: "example.token", apiUrl: "http://127.0.0.1:9/api" });
  expect(findings.map((each) => each.ok)).toEqual([false]);
});

test("the guide's invite link asks for exactly these permissions", () => {
  const guide = readFileSync(new URL("../../../docs/discord.md", import.meta.url), "utf8");
  expect(guide).toContain(`permissions=${permissionsNumber()}`);
});
