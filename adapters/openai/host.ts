/** Which optional request fields the model's host understands: others answer 400 to fields they do not know. */

/** Differences between hosts are data. */
export interface HostFeatures {
  /** `store: false`: keep nothing on the provider's side. */
  store: boolean;
  /** `include: ["reasoning.encrypted_content"]`: reasoning that can be sent back without server state. */
  encryptedReasoning: boolean;
  promptCacheKey: boolean;
  /** `strict` on tools: arguments follow the schema by construction. */
  strict: boolean;
  parallelToolCalls: boolean;
  /** `stream_options: {include_usage: true}` (Chat only): without it the budget sees nothing. */
  streamUsage: boolean;
}

const openai: HostFeatures = {
  store: true,
  encryptedReasoning: true,
  promptCacheKey: true,
  strict: true,
  parallelToolCalls: true,
  streamUsage: true,
};

const compatible: HostFeatures = {
  store: false,
  encryptedReasoning: false,
  promptCacheKey: false,
  strict: false,
  parallelToolCalls: false,
  streamUsage: true,
};

/** `host` as in a URL (`api.openai.com`, `127.0.0.1:11434`). OpenAI and Azure get everything, others the common part. */
export function featuresOf(host: string): HostFeatures {
  return host === "api.openai.com" || host.endsWith(".api.openai.com") || host.endsWith(".openai.azure.com")
    ? openai
    : compatible;
}
