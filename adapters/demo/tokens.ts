/** Splits a sentence into the pieces of arithmetic in it and the words around them. */

export type Operator = "+" | "-" | "*" | "/" | "^";

/** `word` stands for anything that is no arithmetic. */
export type Token =
  | { type: "number"; value: number }
  /** A number that somebody has yet to tell: `a number you must ask me for`. */
  | { type: "hole" }
  | { type: "operator"; operator: Operator }
  /** `add 3 and 4`, `subtract 3 from 10`: the operator stands before its operands. */
  | { type: "verb"; operator: Operator }
  | { type: "root" }
  | { type: "open" }
  | { type: "close" }
  | { type: "comma" }
  | { type: "joiner"; word: string }
  | { type: "word" };

type Rule = readonly [pattern: RegExp, make: (text: string) => Token[]];

const word: Token = { type: "word" };
const number = (value: number): Token => ({ type: "number", value });
const operator = (sign: Operator): Token => ({ type: "operator", operator: sign });
const verb = (sign: Operator): Token => ({ type: "verb", operator: sign });

/** The first rule that matches wins, so longer readings stand before shorter ones. */
const rules: readonly Rule[] = [
  [/\s+/iy, () => []],
  // Dates, versions, addresses, identifiers and quantities with a unit are no arithmetic.
  [/\d+(?:[-/]\d+){2,}|\d+(?:\.\d+){2,}|24\/7|#\d+/iy, () => [word]],
  [/(?:\d+(?:\.\d+)?|\.\d+)e[+-]?\d+\b/iy, (text) => [number(Number(text))]],
  [/\d[\d.,]*(?!x\s*[\d(])[a-z]\w*/iy, () => [word]],
  [
    /\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+/iy,
    (text) => [number(Number(text.replaceAll(",", "")))],
  ],
  [holePattern(), () => [{ type: "hole" }]],
  [/(?:%|percent\b) of\b/iy, () => [operator("/"), number(100), operator("*")]],
  [/squared\b/iy, () => [operator("^"), number(2)]],
  [/cubed\b/iy, () => [operator("^"), number(3)]],
  [/\*\*|\^|(?:raised )?to the power(?: of)?\b|raised to\b/iy, () => [operator("^")]],
  [/\+|(?:plus|added to|increased by)\b/iy, () => [operator("+")]],
  [/[-−–]|(?:minus|decreased by|reduced by)\b/iy, () => [operator("-")]],
  [
    /[*×·]|x(?=\s*[\d(.])|(?:times|multipl(?:y|ied)(?: (?:it|that|this|the \w+))? by)\b/iy,
    () => [operator("*")],
  ],
  [/[/÷]|(?:over|divided?(?: (?:it|that|this|the \w+))? by)\b/iy, () => [operator("/")]],
  [/(?:the )?(?:sum|total) of\b|(?:add|sum)\b/iy, () => [verb("+")]],
  [/(?:the )?product of\b|multiply\b/iy, () => [verb("*")]],
  [/(?:the )?difference (?:between|of)\b|subtract\b/iy, () => [verb("-")]],
  [/(?:the )?quotient of\b|divide\b/iy, () => [verb("/")]],
  [/√|(?:sqrt|(?:the )?square root)(?: of\b|\b)/iy, () => [{ type: "root" }]],
  [/[([]/iy, () => [{ type: "open" }]],
  [/[)\]]/iy, () => [{ type: "close" }]],
  [/(?:[,;]\s*)?(?:and )?then\b|[,;]/iy, () => [{ type: "comma" }]],
  [/(?:and|to|by|from|with)\b/iy, (text) => [{ type: "joiner", word: text.toLowerCase() }]],
  // Politeness in the middle of a calculation does not end it.
  [/(?:please|now|just|finally|also)\b/iy, () => []],
  [/[a-z_][\w'’-]*/iy, spelled],
  [/[\s\S]/iy, () => [word]],
];

function holePattern(): RegExp {
  const noun = "(?:a|an|another|some|the|my) (?:other |missing |secret )?(?:number|value|amount)";
  const loose = "(?:something|whatever|what)(?= (?:i|you)\\b)";
  const owner = "(?:that|which|you|i|we|someone|somebody)\\b|i['’]ll\\b";
  // The words about who tells it end where the calculation goes on.
  const more =
    "(?! (?:plus|minus|times|multiplied|divided|over|and|then|squared|to the power)\\b)[^,.;:?!()+*/^=]";
  const asking = "ask me(?: for)?(?: (?:a|another|the|that) number| it)?";
  return new RegExp(`${asking}\\b|(?:${noun}|${loose})\\b(?: (?:${owner})(?:${more})*)?`, "iy");
}

const units = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

function spelled(text: string): Token[] {
  const [ten = "", unit = ""] = text.toLowerCase().split("-");
  const small = units.indexOf(ten);
  if (small >= 0 && unit === "") return [number(small)];
  const large = tens.indexOf(ten);
  if (large < 0) return [word];
  return [number((large + 2) * 10 + Math.max(0, units.indexOf(unit)))];
}

/** Parsing may take the square of this. */
const mostTokens = 300;

/** Never throws. Of a very long text only the beginning is read. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length && tokens.length < mostTokens; ) {
    for (const [pattern, make] of rules) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (!match) continue;
      tokens.push(...make(match[0]));
      at += match[0].length;
      break;
    }
  }
  return tokens;
}
