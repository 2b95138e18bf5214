/**
 * As much of a Kubernetes API on loopback as kubectl asks for one deployment: discovery, the deployment with its replica
 * sets and its scale. It keeps what is changed, and nothing of a dry run.
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

/** A change that was asked for. `dryRun`: nothing was to be changed. */
interface Change {
  method: string;
  path: string;
  dryRun: boolean;
  body: unknown;
}

export interface Cluster {
  /** Of a kubeconfig whose context `prod` leads here. */
  kubeconfig: string;
  changes: readonly Change[];
  stop(): Promise<void>;
}

const verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
const kinds = (...names: [name: string, kind: string, group?: string, version?: string][]) =>
  names.map(([name, kind, group, version]) => ({
    ...{ name, kind, singularName: kind.toLowerCase(), namespaced: true, verbs },
    ...(group === undefined ? {} : { group, version }),
  }));

function deployment(replicas: number) {
  const labels = { app: "checkout" };
  const revision = { "deployment.kubernetes.io/revision": "2" };
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { ...named("checkout"), generation: 3, annotations: revision },
    spec: { replicas, selector: { matchLabels: labels }, template: template("v2") },
    status: {
      ...{ observedGeneration: 3, replicas, updatedReplicas: replicas, availableReplicas: replicas },
      readyReplicas: replicas,
      conditions: [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }],
    },
  };
}

function template(version: string) {
  const containers = [{ name: "web", image: `checkout:${version}` }];
  return { metadata: { labels: { app: "checkout" } }, spec: { containers } };
}

function named(name: string) {
  return {
    name,
    namespace: "shop",
    uid: `uid-${name}`,
    resourceVersion: "7",
    creationTimestamp: "2026-11-01T00:00:00Z",
  };
}

function replicaSet(revision: number) {
  const owner = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "checkout",
    uid: "uid-checkout",
    controller: true,
  };
  return {
    ...{ apiVersion: "apps/v1", kind: "ReplicaSet" },
    metadata: {
      ...named(`checkout-${revision}`),
      labels: { app: "checkout" },
      annotations: { "deployment.kubernetes.io/revision": String(revision) },
      ownerReferences: [owner],
    },
    spec: { replicas: 0, selector: { matchLabels: { app: "checkout" } }, template: template(`v${revision}`) },
  };
}

const apps = "/apis/apps/v1";
const checkout = `${apps}/namespaces/shop/deployments/checkout`;

/** What is answered to each path; null: not found. */
function answerTo(path: string, replicas: number): object | null {
  const list = (kind: string, apiVersion: string, items: object[]) => ({
    kind: `${kind}List`,
    apiVersion,
    metadata: {},
    items,
  });
  const resources = (groupVersion: string, all: object[]) => ({
    kind: "APIResourceList",
    groupVersion,
    resources: all,
  });
  const known: Record<string, object> = {
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/apis": {
      kind: "APIGroupList",
      groups: [
        {
          name: "apps",
          versions: [{ groupVersion: "apps/v1", version: "v1" }],
          preferredVersion: { groupVersion: "apps/v1", version: "v1" },
        },
      ],
    },
    "/api/v1": resources("v1", kinds(["pods", "Pod"], ["pods/log", "Pod"], ["events", "Event"])),
    [apps]: resources(
      "apps/v1",
      kinds(
        ["deployments", "Deployment"],
        ["deployments/scale", "Scale", "autoscaling", "v1"],
        ["replicasets", "ReplicaSet"],
      ),
    ),
    [checkout]: deployment(replicas),
    [`${apps}/namespaces/shop/deployments`]: list("Deployment", "apps/v1", [deployment(replicas)]),
    [`${apps}/namespaces/shop/replicasets`]: list("ReplicaSet", "apps/v1", [replicaSet(1), replicaSet(2)]),
    [`${checkout}/scale`]: {
      ...{ kind: "Scale", apiVersion: "autoscaling/v1", metadata: named("checkout") },
      ...{ spec: { replicas }, status: { replicas, selector: "app=checkout" } },
    },
    "/api/v1/namespaces/shop/pods": list("Pod", "v1", [
      {
        kind: "Pod",
        apiVersion: "v1",
        metadata: { ...named("checkout-7d9f"), labels: { app: "checkout" } },
        spec: template("v2").spec,
        status: { phase: "Running" },
      },
    ]),
    "/api/v1/namespaces/shop/events": list("Event", "v1", []),
  };
  return known[path] ?? null;
}

/** `file`: where its kubeconfig is written. */
export async function startCluster(file: string): Promise<Cluster> {
  const changes: Change[] = [];
  let replicas = 2;
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://cluster");
    const method = request.method ?? "";
    if (method !== "GET") {
      const change = {
        method,
        path: pathname,
        dryRun: searchParams.get("dryRun") === "All",
        body: await json(request),
      };
      changes.push(change);
      if (!change.dryRun) replicas = replicasIn(change.body) ?? replicas;
    }
    // Nothing changes meanwhile.
    if (searchParams.has("watch")) return void response.end();
    if (pathname.endsWith("/log")) return void response.end("a line of the log\n");
    const found = answerTo(pathname, replicas);
    const missing = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? missing));
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const config = {
    ...{ apiVersion: "v1", kind: "Config", users: [{ name: "bot", user: {} }] },
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
    contexts: [{ name: "prod", context: { cluster: "c", user: "bot" } }],
  };
  writeFileSync(file, JSON.stringify(config));
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { kubeconfig: file, changes, stop };
}

function replicasIn(body: unknown): number | null {
  const spec = typeof body === "object" && body !== null && "spec" in body ? body.spec : null;
  const count = typeof spec === "object" && spec !== null && "replicas" in spec ? spec.replicas : null;
  return typeof count === "number" ? count : null;
}
