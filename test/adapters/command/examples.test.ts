/** The sets of docs/examples/tools: all are declarations that hold, and what can be run here runs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ansibleTools } from "../../../docs/examples/tools/ansible.ts";
import { dockerTools } from "../../../docs/examples/tools/docker.ts";
import { gitTools } from "../../../docs/examples/tools/git.ts";
import { kubectlTools } from "../../../docs/examples/tools/kubectl.ts";
import { systemctlTools } from "../../../docs/examples/tools/systemctl.ts";
import { terraformTools } from "../../../docs/examples/tools/terraform.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { startProgram } from "../../support/child.ts";
import { contextOf, folder, toolboxOf } from "./bench.ts";

const token = { variable: "TF_TOKEN", secret: secretOf("TF_TOKEN", "s3cr3t-value") };

function allTools(dataDir: string) {
  return [
    ...kubectlTools({ dataDir, context: "prod" }),
    ...systemctlTools({ dataDir, units: ["checkout.service"] }),
    ...dockerTools({ dataDir }),
    ...terraformTools({ dataDir, folder: dataDir, token }),
    ...ansibleTools({ dataDir, folder: dataDir, playbooks: ["restart.yml"] }),
    ...gitTools({ folder: dataDir }),
  ];
}

test("what acts in them needs approval and runs once; the rest only looks", () => {
  const specs = Object.values(toolboxOf(...allTools(folder())).specs);
  const acting = specs.filter(({ approval }) => approval !== null).map(({ name }) => name);
  expect(acting.sort()).toEqual([
    ...["ansible_run", "docker_restart", "k8s_rollout_restart", "k8s_rollout_undo", "k8s_scale"],
    ...["terraform_apply", "unit_restart"],
  ]);
  expect(
    specs
      .filter(({ effect }) => effect === "once")
      .map(({ name }) => name)
      .sort(),
  ).toEqual(acting.sort());
});

describe("kubectl is called with", () => {
  /** In its place a program that only says how it was called. */
  function toolbox() {
    const bin = folder();
    writeFileSync(join(bin, "kubectl"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    const env = { PATH: `${bin}:/usr/bin:/bin` };
    return toolboxOf(...kubectlTools({ dataDir: folder(), context: "prod", env }));
  }
  const target = { namespace: "shop", deployment: "checkout" };
  const pods = { kind: "pods", namespace: "shop", selector: null };

  test.each([
    ["k8s_get", pods, "get pods --namespace=shop --output=wide"],
    [
      "k8s_get",
      { ...pods, selector: "app=web" },
      "get pods --namespace=shop --selector=app=web --output=wide",
    ],
    ["k8s_rollout_status", target, "rollout status --watch=false --namespace=shop deployment/checkout"],
  ])("%s %j", async (name, input, words) => {
    const outcome = await toolbox().run(name, input, contextOf());
    expect(outcome).toMatchObject({ output: `--context=prod --request-timeout=30s ${words}` });
  });

  const scale = "scale --namespace=shop deployment/checkout --current-replicas=2 --replicas=3";
  const undo = "rollout undo --namespace=shop deployment/checkout";
  test.each([
    ["k8s_rollout_undo", target, undo, `${undo} --dry-run=server`],
    ["k8s_scale", { ...target, replicas: 3, current: 2 }, scale, `${scale} --dry-run=server`],
  ])("the preview of %s %j", async (name, input, words, preview) => {
    const start = "--context=prod --request-timeout=30s";
    const shown = await toolbox().preview(name, input, contextOf());
    expect(shown).toBe(`$ kubectl ${start} ${words}\n${start} ${preview}`);
  });
});

describe("git", () => {
  async function repository() {
    const path = folder();
    const git = async (...args: string[]) => {
      const who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
      await startProgram("git", [...who, ...args], { cwd: path }).succeeded();
    };
    await git("init");
    mkdirSync(join(path, "src"));
    for (const text of ["one\n", "two\n"]) {
      writeFileSync(join(path, "src", "a.txt"), text);
      await git("add", ".");
      await git("commit", "--message", `say ${text.trim()}`);
    }
    return toolboxOf(...gitTools({ folder: path }));
  }

  test("looks into a real repository", async () => {
    const toolbox = await repository();
    const log = await toolbox.run("git_log", { ref: "main", count: 5, path: "src/a.txt" }, contextOf());
    expect(log).toMatchObject({ output: expect.stringMatching(/say two\n.*say one$/) });
    const show = await toolbox.run("git_show", { ref: "main", path: "src/a.txt" }, contextOf());
    expect(show).toMatchObject({ output: "two" });
    const diff = await toolbox.run("git_diff", { from: "main", to: "main" }, contextOf());
    expect(diff).toMatchObject({ output: "(no output)" });
  });

  test.each([
    ["git_log", { ref: "--output=/tmp/x", count: 1, path: null }],
    ["git_show", { ref: "main", path: "../secrets" }],
    ["git_diff", { from: "main..other", to: "@{u}" }],
  ])("takes no option, no way out and no range: %s", async (name, input) => {
    expect((await repository()).check(name, JSON.stringify(input)).error?.code).toBe("invalid_input");
  });
});
