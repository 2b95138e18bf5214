/** Triggers: their prompts' text, their secrets, and what they may launch. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { configFile, configFolder } from "../support/config-folder.ts";

describe("triggers", () => {
  const config = configFile({
    webhooks: [
      { name: "ci", verify: { kind: "github" }, secretEnv: "CI_SECRET", prompt: "hooks/ci.md" },
      { name: "off", verify: { kind: "bearer" }, secretEnv: "OFF_SECRET", prompt: "hooks/ci.md" },
    ],
    schedules: [
      { name: "morning", cron: "0 8 * * 1-5", timezone: "Europe/Berlin", task: "Say good morning." },
    ],
    mail: {
      from: "belay@example.com",
      allow: ["dana@example.com", "@example.org"],
      inbound: [{ name: "raw", provider: "raw", secretEnv: "MAIL_SECRET" }],
    },
    tokens: [{ name: "ci", secretEnv: "CI_TOKEN", scopes: ["launch", "read"] }],
  });

  it("get their prompts' text, may launch the agent they are declared for, and no secret is no route", async () => {
    using folder = configFolder({ "belay.config.ts": config, "hooks/ci.md": "Look at the failed build.\n" });
    const loaded = await loadConfig({ CI_SECRET: "ci-secret", CI_TOKEN: "a-token-for-the-ci" }, folder.path);
    expect(loaded.webhooks).toMatchObject([
      { name: "ci", agent: "default", prompt: "Look at the failed build.\n" },
    ]);
    expect(loaded.triggerSecrets).toEqual({ CI_SECRET: "ci-secret" });
    expect(loaded.mail?.inbound).toEqual([]);
    expect(loaded.warnings).toEqual([
      "webhooks.off: secret missing: the webhook is off; set OFF_SECRET",
      "mail.inbound.raw: secret missing: the route is off; set MAIL_SECRET",
    ]);
    expect(loaded.rights.default?.launch).toEqual(expect.arrayContaining(["webhook:ci", "schedule:morning"]));
    expect(loaded.rights.default?.launch).not.toContain("webhook:off");
    expect(loaded.rights.default?.approve).not.toContain("webhook:ci");
    expect(loaded.tokens.map(({ name, scopes }) => [name, scopes.length])).toEqual([
      ["local", 6],
      ["ci", 2],
    ]);
    expect(loaded.secrets).toEqual(expect.arrayContaining(["ci-secret", "a-token-for-the-ci"]));
    expect(loaded.tokenEventKey).toHaveLength(32);
  });

  it.each([
    [{ inbound: [{ name: "raw", provider: "raw", secretEnv: "MAIL_SECRET" }] }, ["mail.inbound.raw"]],
    [{ listener: { port: 2525 } }, ["mail.listener"]],
    [{ listener: { port: 2525, authservId: "mx.example.com" } }, []],
    [{ inbound: [{ name: "pm", provider: "postmark", secretEnv: "MAIL_SECRET" }] }, []],
  ])("say of mail %j where no sender could ever be proved", async (mail, places) => {
    using folder = configFolder({
      "belay.config.ts": configFile({ mail: { from: "a@example.com", ...mail } }),
    });
    const { warnings } = await loadConfig({ MAIL_SECRET: "mail-secret" }, folder.path);
    expect(warnings).toEqual(
      places.map((place) => expect.stringMatching(`^${place}: no sender can be proved.* set authservId to `)),
    );
  });

  it("by mail let the allowed senders launch", async () => {
    using folder = configFolder({ "belay.config.ts": config, "hooks/ci.md": "Look.\n" });
    const { rights } = await loadConfig({ MAIL_SECRET: "mail-secret" }, folder.path);
    expect(rights.default?.launch).toEqual(
      expect.arrayContaining(["email:dana@example.com", "email:@example.org"]),
    );
  });
});
