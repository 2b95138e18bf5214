/** Tells what a person wrote into a reply from what their client put around it: quotes, headers, signatures. */

export interface Stripped {
  own: string;
  /** The rest, for the record. */
  quoted: string;
}

/** Longer lines are never an attribution or a header. */
const MAX_LINE = 400;

const attributions = [
  /^On\b.{5,300}\bwrote:$/,
  /^Am\b.{5,300}\bschrieb\b.{0,200}:$/,
  /^Le\b.{5,300}\ba écrit ?:$/,
  /^El\b.{5,300}\bescribió:$/,
  /^Il\b.{5,300}\bha scritto:$/,
  /^Op\b.{5,300}\bschreef\b.{0,200}:$/,
  /^Em\b.{5,300}\bescreveu:$/,
  /^(?:Den|På)\b.{5,300}\bskrev\b.{0,200}:$/,
];

const originals =
  /^-{2,} ?(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale|Oorspronkelijk bericht|Forwarded message|Weitergeleitete Nachricht|Message transféré) ?-{2,}$/i;

/** The block that Outlook writes above a quote: a From line, and two more of these within the next lines. */
const fromLine = /^\*?(?:From|Von|De|Da|Van|Från):\*? /;
const headerLine =
  /^\*?(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Inviato|A|Oggetto|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne) ?:\*?/;

const mobile =
  /^(?:Sent from my \w+|Sent from .{1,40} (?:for|on) \w+|Get Outlook for \w+|Von meinem \w+ gesendet|Gesendet von .{1,40}|Envoyé de mon \w+|Enviado desde mi \w+|Inviato da \w+)\.?$/i;

/** One pass over the lines; the same answer for the same text, whoever's client wrote it. */
export function stripReply(text: string): Stripped {
  const lines = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n");
  const own: string[] = [];
  const quoted: string[] = [];
  let at = 0;
  for (; at < lines.length; at++) {
    const line = (lines[at] ?? "").trimEnd();
    if (/^\s{0,3}>/.test(line)) {
      quoted.push(line);
      continue;
    }
    const spoken = attributionAt(lines, at);
    if (spoken > 0 && quoteFollows(lines, at + spoken)) {
      // The quote is marked line by line: what stands below it may be the answer.
      quoted.push(...lines.slice(at, at + spoken));
      at += spoken - 1;
      continue;
    }
    if (spoken > 0 || endsHere(lines, at)) break;
    if (mobile.test(line.trim())) quoted.push(line);
    else own.push(line);
  }
  quoted.push(...lines.slice(at));
  return { own: tidy(own), quoted: tidy(quoted) };
}

/** How many lines from here are "On … wrote:" (clients wrap it); 0: none. */
function attributionAt(lines: readonly string[], at: number): number {
  let joined = "";
  for (let count = 1; count <= 3; count++) {
    const line = lines[at + count - 1]?.trim() ?? "";
    joined = `${joined} ${line}`.trim();
    if (line === "" || joined.length > MAX_LINE) return 0;
    if (attributions.some((pattern) => pattern.test(joined))) return count;
  }
  return 0;
}

function quoteFollows(lines: readonly string[], from: number): boolean {
  const next = lines.slice(from, from + 4).find((line) => line.trim() !== "");
  return next?.trimStart().startsWith(">") ?? false;
}

/** A signature, or a quote that is not marked line by line: nothing below is the sender's answer. */
function endsHere(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? "";
  if (line.length > MAX_LINE) return false;
  if (line === "-- " || line.trim() === "--") return true;
  if (originals.test(line.trim())) return true;
  if (/^_{10,}$/.test(line.trim())) return headersFollow(lines, at + 1);
  return headersFollow(lines, at);
}

function headersFollow(lines: readonly string[], from: number): boolean {
  const next = lines.slice(from, from + 8).filter((line) => line.trim() !== "" && line.length <= MAX_LINE);
  const [first, ...others] = next.map((line) => line.trim());
  if (first === undefined || !fromLine.test(first)) return false;
  return others.slice(0, 5).filter((line) => headerLine.test(line)).length >= 2;
}

function tidy(lines: readonly string[]): string {
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
