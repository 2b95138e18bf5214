/** `npm run login` beside a running server: each code lets somebody in once. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { startBelay } from "../../src/main.ts";
import { startChild } from "../support/child.ts";
import { configFolder } from "../support/config-folder.ts";

async function login(env: Record<string, string>) {
  const child = startChild("src/cli/login.ts", [], { env: { PATH: process.env.PATH ?? "", ...env } });
  const { code, output: out, errors: wrong } = await child.ended;
  return { out, wrong, code };
}

test("a new code is printed while the server runs, and works once", async () => {
  using home = configFolder();
  const env = { DATABASE_URL: join(home.path, "belay.db"), LOG_LEVEL: "silent" };
  const belay = await startBelay(await loadConfig({ ...env, PORT: "0" }));
  try {
    const { out, code } = await login({ ...env, PORT: String(belay.port) });
    expect({ out, code }).toEqual({
      out: expect.stringMatching(/^Open the console: http:.*\/#code=\S+\n$/),
      code: 0,
    });
    const enter = async () => {
      const response = await fetch(`${belay.url}/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code: out.trim().split("#code=")[1] }),
      });
      return response.status;
    };
    expect([await enter(), await enter()]).toEqual([200, 401]);
    const refused = await login({ ...env, PORT: String(belay.port), BELAY_TOKEN: "another-token-than-that" });
    expect(refused).toMatchObject({ code: 1, wrong: expect.stringContaining("refused the token") });
  } finally {
    await belay.stop();
  }
  const alone = await login({ ...env, PORT: String(belay.port) });
  expect(alone).toMatchObject({ code: 1, wrong: expect.stringContaining("There is no server at") });
});
