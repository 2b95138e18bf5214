/** The doctor on GitHub: which repositories can be read, and what the token's owner may there. */
import { describe, expect, it } from "vitest";
import { github } from "../../../adapters/github/tools.ts";
import { fine } from "../../../src/core/ports/finding.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { shape } from "../../support/github/server.ts";
import { repo, theGithub, token } from "./world.ts";

const { server } = theGithub();

describe("the doctor", () => {
  const at = (repos: string[]) =>
    diagnosed(github({ token: secretOf("GITHUB_TOKEN", token), repos, baseUrl: server.url }));

  it("says of each repository whether it can be read, and what the token's owner may there", async () => {
    const permissions = { admin: false, push: true, pull: true };
    const json = shape("full-repository", { permissions, archived: true });
    server.on("GET", "/repos/{owner}/{repo}", (asked) =>
      asked.path.endsWith("/api") ? { json } : { status: 404, json: { message: "Not Found" } },
    );
    expect(await at([repo, "shop/gone"])).toEqual([
      fine(
        "GitHub shop/api",
        "can be read with GITHUB_TOKEN, whose owner may push, pull; it is archived, and takes no changes",
      ),
      {
        ok: false,
        check: "GitHub shop/gone",
        detail: expect.stringMatching(/^GitHub refused \(404\): Not Found/),
        fix: expect.stringContaining("GITHUB_TOKEN may not see it"),
      },
    ]);
  });

  it("names the token that is not taken, and never shows it", async () => {
    server.on("GET", "/repos/{owner}/{repo}", { status: 401, json: { message: "Bad credentials" } });
    const found = await at([repo]);
    expect(found).toMatchObject([{ ok: false, fix: expect.stringContaining("renew GITHUB_TOKEN") }]);
    expect(JSON.stringify(found)).not.toContain(token);
  });

  it("tries ten of many, and says so", async () => {
    server.on("GET", "/repos/{owner}/{repo}", { json: shape("full-repository", { archived: false }) });
    const found = await at(Array.from({ length: 12 }, (_, n) => `shop/r${n}`));
    expect(found).toHaveLength(11);
    expect(found.at(-1)).toEqual(fine("GitHub", "2 more repositories were not tried"));
  });
});
