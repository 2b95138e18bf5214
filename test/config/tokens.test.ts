/** API tokens: by its name a token is somebody, so two that are not the same have two names, and none is the owner's. */
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { configFile, configFolder } from "../support/config-folder.ts";

const variables = { ONE: "a-token-of-the-test-1", TWO: "a-token-of-the-test-2" };
const one = { name: "ci", secretEnv: "ONE", scopes: ["launch", "read"] };
const two = { ...one, secretEnv: "TWO" };

const load = async (tokens: object[]) => {
  using folder = configFolder({ "belay.config.ts": configFile({ tokens }) });
  return await loadConfig(variables, folder.path);
};

test.each([
  ["the owner's name", [{ ...one, name: "local" }], /tokens\.0\.name: is the owner's own name/],
  [
    "one name for two with other scopes",
    [one, { ...two, scopes: ["admin"] }],
    /tokens\.1\.name: .* with other scopes/,
  ],
])("%s is refused", async (_, tokens, words) => {
  await expect(load(tokens)).rejects.toThrow(words);
});

test("two secrets of one holder, while one takes the other's place, are taken", async () => {
  const { tokens } = await load([one, { ...two, scopes: ["read", "launch"] }]);
  expect(tokens.map(({ name }) => name)).toEqual(["local", "ci", "ci"]);
});
