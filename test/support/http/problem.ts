/** Reads a problem document and holds it to the shape that every one must have. */
import { expect } from "vitest";
import type { ProblemCode } from "../../../src/http/guard/problem-codes.ts";
import { type Problem, problemSchema } from "../../../src/http/wire/problem.ts";

export async function expectProblem(response: Response, status: number, code: ProblemCode): Promise<Problem> {
  const text = await response.text();
  expect(`${response.status} ${text.slice(0, 4000)}`).toContain(`"code":"${code}"`);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = problemSchema.parse(JSON.parse(text));
  expect(problem).toMatchObject({ status, type: `/problems/${code.replaceAll("_", "-")}` });
  expect(problem.request_id).toMatch(/^req_[0-9a-f]{32}$/);
  expect(problem.request_id).toBe(response.headers.get("x-request-id"));
  expect(problem.detail).not.toMatch(/ at .*\.ts:|SELECT|node_modules/);
  return problem;
}
