/**
 * What Prometheus' HTTP API answers, as far as the tools read it. prometheus.io/docs/prometheus/latest/querying/api.
 */
import { z } from "zod";

export const labelsSchema = z.record(z.string(), z.string());
export type Labels = z.infer<typeof labelsSchema>;

const sampleSchema = z.tuple([z.number(), z.string()]);
export type Sample = z.infer<typeof sampleSchema>;

/** `warnings`: what an answer lacks. */
function answered<T extends z.ZodType>(data: T) {
  return z.object({ data, warnings: z.array(z.string()).optional() });
}

const vectorSchema = z.array(z.object({ metric: labelsSchema, value: sampleSchema.optional() }));
const matrixSchema = z.array(z.object({ metric: labelsSchema, values: z.array(sampleSchema).optional() }));

export const instantSchema = answered(
  z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: vectorSchema }),
    z.object({ resultType: z.literal("matrix"), result: z.array(z.unknown()) }),
    z.object({ resultType: z.literal("scalar"), result: sampleSchema }),
    z.object({ resultType: z.literal("string"), result: sampleSchema }),
  ]),
);

export const rangeSchema = answered(z.object({ resultType: z.literal("matrix"), result: matrixSchema }));

export const namesSchema = answered(z.array(z.string()));

export const metadataSchema = answered(
  z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string() }))),
);

const alertSchema = z.object({
  labels: labelsSchema,
  annotations: labelsSchema.default({}),
  state: z.string(),
  activeAt: z.string().nullish(),
  value: z.string().optional(),
});
export type Alert = z.infer<typeof alertSchema>;

export const alertsSchema = answered(z.object({ alerts: z.array(alertSchema) }));

const ruleSchema = z.object({
  name: z.string(),
  query: z.string(),
  /** `alerting` or `recording`. */
  type: z.string(),
  duration: z.number().optional(),
  state: z.string().optional(),
  health: z.string(),
  lastError: z.string().optional(),
  labels: labelsSchema.default({}),
  annotations: labelsSchema.default({}),
});
export type Rule = z.infer<typeof ruleSchema>;

export const rulesSchema = answered(
  z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(ruleSchema) })) }),
);
