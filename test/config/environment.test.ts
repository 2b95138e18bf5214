/** The environment: it wins over .env, switches channels on, and what is secret in it is known. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { configFolder } from "../support/config-folder.ts";

describe("the environment", () => {
  it.each(["elsewhere/other.db", "file:elsewhere/other.db"])(
    "names the file %s; the token stands beside it",
    async (url) => {
      using folder = configFolder();
      const config = await loadConfig({ DATABASE_URL: url }, folder.path);
      expect(config.databaseUrl).toBe(join(folder.path, "elsewhere/other.db"));
      expect(existsSync(join(folder.path, "elsewhere/token"))).toBe(true);
      expect(existsSync(join(folder.path, "data/token"))).toBe(false);
    },
  );

  it("wins over .env, and an empty variable switches the file's off", async () => {
    using folder = configFolder({
      ".env": "PORT=4000\nOPENAI_MODEL=from-file\nOPENAI_API_KEY=sk-file-key\n",
    });
    const config = await loadConfig({ PORT: "5000", OPENAI_API_KEY: "" }, folder.path);
    expect(config.port).toBe(5000);
    expect(config.model).toMatchObject({ model: "from-file", apiKey: null });
  });

  it("with a base URL speaks Chat Completions unless told otherwise", async () => {
    using folder = configFolder();
    const env = { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" };
    expect((await loadConfig(env, folder.path)).model.api).toBe("chat");
    expect((await loadConfig({ ...env, OPENAI_API: "responses" }, folder.path)).model.api).toBe("responses");
  });

  it("counts the user name of the mail server as secret when a machine made it, for it is half of a key", async () => {
    using folder = configFolder();
    const secretsWith = async (user: string) =>
      (await loadConfig({ SMTP_URL: `smtps://${user}:mail-secret@mail.example` }, folder.path)).secrets;
    expect(await secretsWith("MACHINEMADE0123456789")).toContain("MACHINEMADE0123456789");
    expect(await secretsWith("bot%40corp01.example")).not.toContain("bot@corp01.example");
    expect(await secretsWith("apikey")).not.toContain("apikey");
  });

  it("turns channels on, and all their secrets are known to the redactor", async () => {
    using folder = configFolder();
    const config = await loadConfig(
      {
        BELAY_TOKEN: "token-of-the-owner",
        DATABASE_URL: "postgres://belay:database%21pass@127.0.0.1/belay",
        OPENAI_API_KEY: "openai-secret",
        SLACK_BOT_TOKEN: "xoxb-bot",
        SLACK_APP_TOKEN: "xapp-app",
        SLACK_SIGNING_SECRET: "slack-signing",
        DISCORD_BOT_TOKEN: "discord-secret",
        SMTP_URL: "smtp://belay:mail-secret@127.0.0.1:2525",
      },
      folder.path,
    );
    expect(Object.keys(config.connections)).toEqual(["slack", "discord"]);
    expect([...config.secrets].sort()).toEqual([
      "database!pass",
      "database%21pass",
      "discord-secret",
      "mail-secret",
      "openai-secret",
      "slack-signing",
      "token-of-the-owner",
      "xapp-app",
      "xoxb-bot",
    ]);
    // A given token is not written anywhere.
    expect(existsSync(join(folder.path, "data/token"))).toBe(false);
  });
});
