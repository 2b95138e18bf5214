/** Asks the model's server for its list of models: the cheapest request that needs the key, and costs nothing. */
import OpenAI from "openai";
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import type { ModelError } from "../../src/core/ports/model.ts";
import { complaintOf, modelErrorOf } from "./errors.ts";

export interface ModelCheck {
  apiKey: string;
  /** null: OpenAI itself. */
  baseUrl: string | null;
  /** All models that agents use. */
  models: readonly string[];
}

/** Never throws: what could not be asked is a finding too. */
export async function diagnoseModel({ apiKey, baseUrl, models }: ModelCheck): Promise<Finding[]> {
  const baseURL = baseUrl ?? "https://api.openai.com/v1";
  const host = new URL(baseURL).host;
  const client = new OpenAI({
    ...{ apiKey, baseURL, organization: null, project: null, logLevel: "off" },
    ...{ maxRetries: 0, timeout: 10_000 },
  });
  try {
    const { data } = await client.models.list();
    const listed = Array.isArray(data) ? data.map(({ id }) => id) : [];
    return models.map((model) => ofModel(model, host, listed));
  } catch (error) {
    const to = { host, model: models[0] ?? "", apiKey };
    const complaint = complaintOf(error, to);
    // Some servers have no list: they answered, and that is all that can be known.
    if (complaint?.status === 404 || complaint?.status === 405)
      return [
        fine(
          "model",
          `${host} answers; it lists no models, so it is not known whether it has ${models.join(", ")}`,
        ),
      ];
    return [
      broken(
        "model",
        wordsOf(() => modelErrorOf(error, to)),
        "Check OPENAI_API_KEY and OPENAI_BASE_URL.",
      ),
    ];
  }
}

function ofModel(model: string, host: string, listed: readonly string[]): Finding {
  // Azure lists what could be deployed, not the deployments.
  if (listed.length === 0 || host.endsWith(".azure.com"))
    return fine("model", `${host} takes the key (${model})`);
  // Some leave out the tag that a name may have, as Ollama's `:latest`.
  if (listed.some((id) => id === model || id.split(":")[0] === model))
    return fine("model", `${host} has ${model}`);
  const some = listed.slice(0, 8).join(", ");
  return broken(
    "model",
    `${host} lists no ${model}`,
    `Set OPENAI_MODEL, or the agent's model, to one that it has: ${some}.`,
  );
}

function wordsOf(make: () => ModelError): string {
  try {
    return make().message;
  } catch (other) {
    return other instanceof Error ? other.message : String(other);
  }
}
