/** What a server asks of people, as a question: a flat form, or a page to open. What must not be asked is refused. */
import { createHash } from "node:crypto";
import type { ElicitRequest } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { FormField } from "../../src/core/form.ts";
import { onlySeen } from "../../src/core/text/visible.ts";
import type { ToolQuestion } from "../../src/core/tool-question.ts";
import { sorted } from "./definition.ts";

export type ElicitParams = ElicitRequest["params"];

const mostFields = 20;
const mostOptions = 100;
const longest = { message: 4_000, name: 60, label: 120, about: 500, option: 150, url: 2_000 };

const titled = z.object({ const: z.string(), title: z.string() });
/** One property of the schema that a server requests, of either protocol. */
const propertySchema = z.object({
  type: z.enum(["string", "number", "integer", "boolean", "array"]),
  title: z.string().optional(),
  description: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  enumNames: z.array(z.string()).optional(),
  oneOf: z.array(titled).optional(),
  items: z.object({ enum: z.array(z.string()).optional(), anyOf: z.array(titled).optional() }).optional(),
  default: z.unknown().optional(),
});
type Property = z.infer<typeof propertySchema>;

/** Names a question for good: the same words and fields, however their keys are ordered. */
export function askedHash(params: ElicitParams): string {
  const asked =
    params.mode === "url" ? [params.message, params.url] : [params.message, params.requestedSchema];
  return createHash("sha256")
    .update(JSON.stringify(asked.map(sorted)))
    .digest("hex");
}

/** `refusal`: for the server, and for the model. */
export function questionOf(
  server: string,
  tool: string,
  params: ElicitParams,
): ToolQuestion | { refusal: string } {
  const message = told(params.message, longest.message);
  const who = `The MCP server ${server} asks this in the middle of ${tool}.`;
  if (params.mode === "url") return pageOf(params.url, message, who);
  const { properties, required = [] } = params.requestedSchema;
  const entries = Object.entries(properties);
  if (entries.length === 0 || entries.length > mostFields) {
    return { refusal: `A form has 1 to ${mostFields} fields here; this one has ${entries.length}.` };
  }
  const fields: FormField[] = [];
  for (const [name, property] of entries) {
    const read = fieldOf(name, propertySchema.parse(property), required.includes(name));
    if ("refusal" in read) return read;
    fields.push(read);
  }
  return { text: message, context: `${who} Give it no password, key or other secret.`, form: { fields } };
}

/** Why people must not be asked this, for the server; null: they may be. */
export function refusalOf(params: ElicitParams): string | null {
  const question = questionOf("", "", params);
  return "refusal" in question ? question.refusal : null;
}

/** Nothing here follows it: a person sees the host, and opens it or not. */
function pageOf(url: string, message: string, who: string): ToolQuestion | { refusal: string } {
  const parsed = URL.parse(url);
  const isWeb = parsed?.protocol === "https:" && parsed.username === "" && parsed.password === "";
  if (parsed === null || !isWeb || url.length > longest.url) {
    return { refusal: "Only a URL with https, and without a password in it, is shown to people." };
  }
  // Whoever reads the thread must not get the link by way of the words.
  const text = message.replaceAll(url, "(the link)");
  const context = `${who} It wants a page of ${parsed.host} opened. Only whoever started this run is shown the link.`;
  return { text, context, link: { url, host: parsed.host } };
}

/**
 * The protocol forbids forms that ask for secrets: what is typed there is read by people and models, and kept. A field
 * is known by its name and title.
 */
const secretWords =
  /(^|[^a-z])(password|passwd|passphrase|passcode|pwd|secret|token|api ?key|access ?key|private ?key|credentials?|credit ?card|card ?number|cvv|cvc|pin|otp|ssn|mfa|2fa)([^a-z]|$)/;

function asksForSecret(name: string, title: string): boolean {
  // camelCase, snake_case and plain words alike.
  const words = (text: string) => text.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").replaceAll(/[_\-.]+/g, " ");
  return [name, title].some((text) => secretWords.test(words(text).toLowerCase()));
}

function fieldOf(name: string, property: Property, required: boolean): FormField | { refusal: string } {
  const { title = name, description } = property;
  const isPlain = onlySeen(name) === name && name.trim() === name && !/[\n:{}"]/.test(name);
  if (name === "" || name.length > longest.name || !isPlain) {
    return { refusal: `A field's name has 1 to ${longest.name} plain characters.` };
  }
  if (asksForSecret(name, title) || property.format === "password") {
    return { refusal: `A form must not ask people for secrets (${name}); a page of the server's own may.` };
  }
  const options = optionsOf(property);
  if (options.length > mostOptions) return { refusal: `${name}: more than ${mostOptions} options.` };
  const kind = kindOf(property);
  if ((kind === "one" || kind === "many") && options.length === 0) return { refusal: `${name}: no options.` };
  const { min, max } = boundsOf(property);
  const format = formats.find((one) => one === property.format);
  const { default: initial } = property;
  return {
    ...{ name, kind, required, options },
    label: told(title, longest.label) || name,
    about: description === undefined ? null : told(description, longest.about),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(format === undefined ? {} : { format }),
    ...(initial === undefined || initial === null ? {} : { initial: initialOf(initial) }),
  };
}

const formats = ["email", "uri", "date", "date-time"] as const;

function kindOf({ type, ...property }: Property): FormField["kind"] {
  if (type === "array") return "many";
  if (type !== "string") return type;
  return property.enum !== undefined || property.oneOf !== undefined ? "one" : "text";
}

function optionsOf({ enum: values, enumNames = [], oneOf, items }: Property): FormField["options"] {
  const plain = values ?? items?.enum;
  if (plain !== undefined) {
    return plain.map((value, index) => ({ value, label: told(enumNames[index] ?? value, longest.option) }));
  }
  const named = oneOf ?? items?.anyOf ?? [];
  return named.map((option) => ({ value: option.const, label: told(option.title, longest.option) }));
}

function boundsOf(property: Property): { min: number | undefined; max: number | undefined } {
  switch (property.type) {
    case "string":
      return { min: property.minLength, max: property.maxLength };
    case "array":
      return { min: property.minItems, max: property.maxItems };
    default:
      return { min: property.minimum, max: property.maximum };
  }
}

function initialOf(value: unknown): string {
  return told(Array.isArray(value) ? value.join(", ") : String(value), longest.message);
}

function told(text: string, most: number): string {
  return onlySeen(text).trim().slice(0, most).toWellFormed();
}
