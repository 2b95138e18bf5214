/** kubectl, as it can stand in belay.config.ts: `tools: ({ dataDir }) => kubectlTools({ dataDir, context: "prod" })`. */
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { name } from "../../../adapters/command/values.ts";
import type { CallContext } from "../../../src/core/ports/toolbox.ts";
import type { Tool } from "../../../src/tools/contract.ts";

const namespace = name.describe("The namespace.");
const deployment = name.describe("The deployment's name.");
const target = z.object({ namespace, deployment });
const scale = target.extend({ replicas: z.int().min(0).max(50), current: z.int().min(0).max(500) });

/**
 * `context`: the cluster, by its name in the kubeconfig; the model can't choose another. Give the account behind it the
 * rights that these tools need and no others. `env`: `{ KUBECONFIG: "/etc/belay/kubeconfig" }` where it is not in HOME.
 */
export function kubectlTools(place: { dataDir: string; context: string; env?: Record<string, string> }): Tool[] {
  const { dataDir, context, env = {} } = place;
  const kubectl = ["kubectl", `--context=${context}`, "--request-timeout=30s"];
  const of = ["--namespace={namespace}", "deployment/{deployment}"];
  const status = command({
    name: "k8s_rollout_status",
    description: "How far the rollout of a deployment is.",
    effect: "read",
    input: target,
    argv: [...kubectl, "rollout", "status", "--watch=false", ...of],
    env,
  });
  // `rollout restart` itself returns before anything has happened.
  const verify = {
    check: async ({ namespace, deployment }: z.infer<typeof target>, _: string, call: CallContext) => {
      const words = String(await status.run({ namespace, deployment }, call));
      const isDone = words.includes("successfully rolled out");
      return { verdict: isDone ? ("better" as const) : ("not_yet" as const), words };
    },
  };
  return [
    status,
    command({
      name: "k8s_get",
      description: "Pods, deployments, events and the like of a namespace, as a table.",
      effect: "read",
      input: z.object({
        kind: z.enum(["pods", "deployments", "services", "ingresses", "events", "jobs", "nodes"]),
        namespace,
        selector: z
          .string()
          .regex(/^[\w./-]+=[\w.-]+$/)
          .nullable()
          .describe("A label, like app=checkout."),
      }),
      argv: [...kubectl, "get", "{kind}", "--namespace={namespace}", ["--selector={selector}"], "--output=wide"],
      env,
    }),
    command({
      name: "k8s_describe",
      description: "Everything about one object, with its events.",
      effect: "read",
      input: z.object({ kind: z.enum(["pod", "deployment", "node", "job"]), namespace, object: name }),
      argv: [...kubectl, "describe", "--namespace={namespace}", "{kind}/{object}"],
      env,
    }),
    command({
      name: "k8s_logs",
      description: "The last lines of a deployment's or a pod's log.",
      effect: "read",
      input: z.object({
        kind: z.enum(["deployment", "pod"]),
        namespace,
        object: name,
        lines: z.int().min(1).max(2_000),
        previous: z.boolean().describe("Of the container before its last restart."),
      }),
      argv: [
        ...kubectl,
        ...["logs", "--namespace={namespace}", "{kind}/{object}", "--tail={lines}", "--previous={previous}"],
      ],
      env,
    }),
    command({
      name: "k8s_rollout_restart",
      description: "Restart all pods of a deployment, one after the other.",
      effect: "once",
      input: target,
      argv: [...kubectl, "rollout", "restart", ...of],
      preview: [...kubectl, "get", ...of, "--output=wide"],
      ...{ dataDir, env, verify },
    }),
    command({
      name: "k8s_rollout_undo",
      description: "Go back to the version that a deployment had before.",
      effect: "once",
      input: target,
      argv: [...kubectl, "rollout", "undo", ...of],
      preview: [...kubectl, "rollout", "undo", ...of, "--dry-run=server"],
      ...{ dataDir, env, verify },
    }),
    command<z.infer<typeof scale>>({
      name: "k8s_scale",
      description: "Set the number of pods of a deployment.",
      effect: "once",
      input: scale,
      argv: [...kubectl, "scale", ...of, "--current-replicas={current}", "--replicas={replicas}"],
      preview: [
        ...kubectl,
        ...["scale", ...of, "--current-replicas={current}", "--replicas={replicas}", "--dry-run=server"],
      ],
      undo: ({ replicas, current, ...rest }) => ({
        tool: "k8s_scale",
        input: { ...rest, replicas: current, current: replicas },
      }),
      ...{ dataDir, env, verify },
    }),
  ];
}
