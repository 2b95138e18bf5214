/** Two models in one: what the default agent's runs are answered, and what all others are. */
import type { Model } from "../../../src/core/ports/model.ts";

export function twoModels(parents: Model, children: Model): Model {
  return {
    name: "two",
    answer: (request, signal) =>
      (request.cacheKey.startsWith("default") ? parents : children).answer(request, signal),
  };
}
