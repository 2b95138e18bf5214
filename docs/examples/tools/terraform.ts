/** terraform, as it can stand in belay.config.ts: what is approved and applied is one plan file, held by its hash. */
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { name } from "../../../adapters/command/values.ts";
import type { Secret } from "../../../src/tools/secret.ts";
import type { Tool } from "../../../src/tools/contract.ts";

/** `folder`: an initialised working folder, absolute. `token`: what its provider reads, under the provider's name for it. */
export function terraformTools(place: {
  dataDir: string;
  folder: string;
  token: { variable: string; secret: Secret };
}): Tool[] {
  const { dataDir, folder, token } = place;
  const shared = {
    cwd: folder,
    env: { TF_IN_AUTOMATION: "1", TF_INPUT: "0", [token.variable]: token.secret },
    dataDir,
  };
  const input = z.object({ plan: name.describe("A name for the plan file, a new one for each plan.") });
  return [
    command({
      ...shared,
      name: "terraform_plan",
      description: "Plan all changes and keep the plan in a file, to be applied later. Changes nothing.",
      effect: "idempotent",
      input,
      argv: ["terraform", "plan", "-no-color", "-lock-timeout=60s", "-out={plan}.tfplan"],
      timeoutMs: 900_000,
    }),
    command({
      ...shared,
      name: "terraform_apply",
      description: "Apply a plan that terraform_plan made, exactly as it stands in its file.",
      effect: "once",
      input,
      argv: ["terraform", "apply", "-no-color", "-lock-timeout=60s", "./{plan}.tfplan"],
      preview: ["terraform", "show", "-no-color", "./{plan}.tfplan"],
      pinned: ["{plan}.tfplan"],
      timeoutMs: 3_600_000,
    }),
  ];
}
