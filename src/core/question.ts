/** Anything a person must settle, as it is asked and as it stands in the log. */
import { z } from "zod";
import { formSchema } from "./form.ts";

/** Where an argument (dotted path into the input) comes from. */
export const argumentOriginSchema = z.object({
  path: z.string(),
  /** known: somebody trusted or a trusted result said it · outside: only untrusted text · nowhere: nothing did */
  standing: z.enum(["known", "outside", "nowhere"]),
  /** For people: `said by dana`, `seen nowhere`. */
  words: z.string(),
  /** Version of the event where it stood first; null: nowhere. */
  version: z.number().nullable(),
});
/** What an approver reads beside an argument. */
export type ArgumentOrigin = z.infer<typeof argumentOriginSchema>;

/** So many values of a call are looked for. */
export const lookedFor = 200;
/** The words of what is beyond them. */
export const notLookedFor = `not looked for: more than ${lookedFor} values`;

/** As it was asked, whole: an old question is shown and settled by these fields, whatever the tool is like now. */
export const questionSchema = z.object({
  id: z.string(),
  kind: z.enum(["ask", "approval", "doubt", "stuck", "budget"]),
  callId: z.string().nullable(),
  text: z.string(),
  context: z.string().nullable(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  freeText: z.boolean(),
  /** Rules of who may settle it (see authorize.ts); shown, and checked again when it is settled. */
  audience: z.array(z.string()),
  /** For approvals and doubts: the whole call, and the hash of the bytes an approval binds. */
  call: z
    .object({
      tool: z.string(),
      input: z.unknown(),
      hash: z.string(),
      preview: z.string().nullable(),
      /** Where the arguments come from, by dotted path; logs of the first release have none. */
      origins: z.array(argumentOriginSchema).optional(),
    })
    .nullable(),
  /** How many different people must approve. */
  need: z.number(),
  /** It asks whether the call may begin in spite of a freeze, which ends at `until` (ms since the epoch). */
  freeze: z.object({ name: z.string(), until: z.number(), callNumber: z.number() }).optional(),
  /** False: whoever started the run may not approve it. */
  ownRequest: z.boolean().optional(),
  /** The model that must answer again before the run can go on, and why it does not. */
  outage: z.object({ model: z.string(), code: z.string(), reason: z.string() }).optional(),
  /** What the tool of the call wants filled in before it goes on. */
  form: formSchema.optional(),
  /** A page that the tool of the call wants opened; its URL is for whoever started the run alone. */
  link: z.object({ url: z.string(), host: z.string() }).optional(),
  /** The tool of the call was gone when a bot last looked for it; nobody asks with it. */
  toolGone: z.literal(true).optional(),
});
/** Anything a person must settle, as data in the log. */
export type Question = z.infer<typeof questionSchema>;
