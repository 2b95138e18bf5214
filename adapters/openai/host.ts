/** Which optional parts of a request the model's host understands: others answer 400 to what they do not know. */

/** Differences between hosts are data; what a host refuses after all is learned (see refused.ts). */
export interface HostFeatures {
  /** `store: false`: keep nothing on the provider's side. */
  store: boolean;
  /** `include: ["reasoning.encrypted_content"]`: reasoning that can be sent back without server state. */
  encryptedReasoning: boolean;
  promptCacheKey: boolean;
  /** `strict` on tools: arguments follow the schema by construction. */
  strict: boolean;
  /** `stream_options: {include_usage: true}` (Chat only): without it the usage can only be estimated. */
  streamUsage: boolean;
  /** `stream: true`; else the answer comes whole. */
  stream: boolean;
  /** Former answers go back as they came, with what the server added to them; else in neutral form. */
  verbatim: boolean;
  /** Words may follow words, and words may follow results; else they are told together (see history.ts). */
  freeTurns: boolean;
  /** Instructions have a role of their own (Chat only); else they lead the first words. */
  systemRole: boolean;
}

const openai: HostFeatures = {
  store: true,
  encryptedReasoning: true,
  promptCacheKey: true,
  strict: true,
  streamUsage: true,
  stream: true,
  verbatim: true,
  freeTurns: true,
  systemRole: true,
};

const compatible: HostFeatures = {
  ...openai,
  store: false,
  encryptedReasoning: false,
  promptCacheKey: false,
  strict: false,
  freeTurns: false,
};

const ofOpenAI = /^(?:[\w-]+\.)*(?:api\.openai\.com|openai\.azure\.com)$/u;

/**
 * `host` as in a URL (`api.openai.com`, `127.0.0.1:11434`). OpenAI and Azure get everything, others the common part.
 */
export function featuresOf(host: string): HostFeatures {
  return ofOpenAI.test(host) ? openai : compatible;
}
