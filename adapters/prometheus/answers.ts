/**
 * What Prometheus' HTTP API answers, as far as the tools read it. prometheus.io/docs/prometheus/latest/querying/api.
 */
import { z } from "zod";

/** Label values by name; `__name__` is the metric. */
export const labelsSchema = z.record(z.string(), z.string());
export type Labels = z.infer<typeof labelsSchema>;

const sampleSchema = z.tuple([z.number(), z.string()]);
/** Unix seconds, and the value as text, which may be `NaN` or `+Inf`. */
export type Sample = z.infer<typeof sampleSchema>;

/** `warnings`: what an answer lacks. */
function answered<T extends z.ZodType>(data: T) {
  return z.object({ data, warnings: z.array(z.string()).optional() });
}

const vectorSchema = z.array(z.object({ metric: labelsSchema, value: sampleSchema.optional() }));
const matrixSchema = z.array(z.object({ metric: labelsSchema, values: z.array(sampleSchema).optional() }));

/** `/api/v1/query`. A matrix is read only as far as to say that it is none of what the tool takes. */
export const instantSchema = answered(
  z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: vectorSchema }),
    z.object({ resultType: z.literal("matrix"), result: z.array(z.unknown()) }),
    z.object({ resultType: z.literal("scalar"), result: sampleSchema }),
    z.object({ resultType: z.literal("string"), result: sampleSchema }),
  ]),
);

/** `/api/v1/query_range`, which always answers with a matrix. */
export const rangeSchema = answered(z.object({ resultType: z.literal("matrix"), result: matrixSchema }));

/** `/api/v1/label/<name>/values` and `/api/v1/labels`. */
export const namesSchema = answered(z.array(z.string()));

/** `/api/v1/metadata`: type and help text by metric. */
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
/** An alert as Prometheus sees it; `activeAt` is RFC 3339. */
export type Alert = z.infer<typeof alertSchema>;

/** `/api/v1/alerts`. */
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
/** `duration` in seconds: how long the condition must hold before the alert fires. */
export type Rule = z.infer<typeof ruleSchema>;

/** `/api/v1/rules`, in the groups of the rule files. */
export const rulesSchema = answered(
  z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(ruleSchema) })) }),
);

/** Alertmanager's `/api/v2/status`. */
export const statusSchema = z.object({
  versionInfo: z.object({ version: z.string() }),
  cluster: z.object({ status: z.string() }),
});
