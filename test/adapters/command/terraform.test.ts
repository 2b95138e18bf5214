/** The terraform set with the real terraform, where the machine has it: what was planned is what is shown and applied. */
import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { terraformTools } from "../../../docs/examples/tools/terraform.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { startProgram } from "../../support/child.ts";
import { contextOf, folder, toolboxOf } from "./bench.ts";

const places = (process.env.PATH ?? "").split(delimiter);
const isThere = places.some((place) => existsSync(join(place, "terraform")));
if (!isThere) process.stderr.write("skipped, because this machine lacks terraform\n");

/** A resource that needs no provider, and no network. */
const resource = (value: string) => `resource "terraform_data" "shop" {\n  input = "${value}"\n}\n`;

async function workspace() {
  const path = folder();
  writeFileSync(join(path, "main.tf"), resource("v1"));
  await startProgram("terraform", ["init", "-no-color"], { cwd: path }).succeeded();
  const token = { variable: "SHOP_TOKEN", secret: secretOf("SHOP_TOKEN", "s3cr3t-value") };
  return { path, toolbox: toolboxOf(...terraformTools({ dataDir: folder(), folder: path, token })) };
}

test.skipIf(!isThere)("a plan is kept, shown with its hash, and applied as it stands", async () => {
  const { path, toolbox } = await workspace();
  const planned = await toolbox.run("terraform_plan", { plan: "one" }, contextOf());
  expect(planned).toMatchObject({ type: "finished", output: expect.stringContaining("1 to add") });
  // What is written later is in no plan.
  writeFileSync(join(path, "main.tf"), resource("v2"));
  const shown = await toolbox.preview("terraform_apply", { plan: "one" }, contextOf());
  expect(shown).toMatch(/^\$ terraform apply .*\.\/one\.tfplan\none\.tfplan sha256:[0-9a-f]{64}\n/);
  expect(shown).toContain('"v1"');

  const begun = await toolbox.run("terraform_apply", { plan: "one" }, contextOf("r1:c2"));
  if (begun.type !== "begun") throw new Error(JSON.stringify(begun));
  for (;;) {
    const state = await toolbox.poll("terraform_apply", { plan: "one" }, begun.handle, contextOf("r1:c2"));
    if (state.type !== "running") {
      expect(state).toMatchObject({
        type: "finished",
        output: expect.stringContaining("1 added, 0 changed"),
      });
      break;
    }
    await wait(100);
  }

  // Another plan under the same name is another file: what was approved of the first holds no more.
  await toolbox.run("terraform_plan", { plan: "one" }, contextOf("r1:c3"));
  const again = await toolbox.preview("terraform_apply", { plan: "one" }, contextOf());
  expect(again).not.toBe(shown);
  expect(again).toContain('"v2"');
});
