/** `--no-workers` and `--workers-only`: two programs on one database, each does its part and not the other's. */
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startChild } from "../support/child.ts";
import { configFolder } from "../support/config-folder.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const token = "token-of-this-test";
const hook = {
  name: "build",
  verify: { kind: "bearer" },
  secretEnv: "BUILD_TOKEN",
  prompt: "prompts/build.md",
};

/** The bot that is shipped, with a webhook. */
const configuration = `import shipped from ${JSON.stringify(resolve("belay.config.ts"))};
export default { ...shipped, webhooks: [${JSON.stringify(hook)}] };
`;

function program(databaseUrl: (home: string) => string, ...flags: string[]) {
  const home = configFolder({
    "belay.config.ts": configuration,
    "prompts/build.md": "What does this build say?\n",
  });
  const { PATH } = process.env;
  const child = startChild("src/cli/serve.ts", flags, {
    env: {
      ...{ PATH, PORT: "0", DATABASE_URL: databaseUrl(home.path), BELAY_TOKEN: token },
      BUILD_TOKEN: token,
      BELAY_CONFIG: join(home.path, "belay.config.ts"),
    },
  });
  onTestFinished(async () => {
    await child.kill();
    home[Symbol.dispose]();
  });
  return child;
}

async function started(...given: Parameters<typeof program>) {
  const child = program(...given);
  const [, url = ""] = /Belay is ready: (\S+)/.exec(await child.says(/Belay is ready: \S+\n/)) ?? [];
  const deliver = () =>
    fetch(`${url}/webhooks/build`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: "{}",
    });
  return { says: (words: string | RegExp) => child.says(words), deliver };
}

test("what arrives at the one is driven by the other alone", async () => {
  const database = await server.database();
  const web = await started(() => database, "--no-workers");
  expect((await web.deliver()).status).toBe(202);
  await web.says('"event":"launched"');
  const worker = await started(() => database, "--workers-only");
  await worker.says('"event":"model_answered"');
  expect((await worker.deliver()).status).toBe(404);
  expect(await web.says("")).not.toContain('"event":"model_answered"');
});

test.each([
  { flags: ["--no-workers"], code: 1, why: "set DATABASE_URL to postgres://" },
  { flags: ["--workers-only"], code: 1, why: "set DATABASE_URL to postgres://" },
  { flags: ["--no-workers", "--workers-only"], code: 2, why: "leave nothing to do" },
])("$flags is refused where it can't be", async ({ flags, code, why }) => {
  const ended = await program((home) => join(home, "belay.db"), ...flags).ended;
  expect(ended).toMatchObject({ code, errors: expect.stringContaining(why) });
});
