/** Finds the calculations in a sentence and parses them. Pure: nothing is worked out here. */
import { type Expression, rank } from "./expression.ts";
import { type Operator, type Token, tokenize } from "./tokens.ts";

/** A minus sign before an operand binds weaker than a power (-2 ^ 2 is -4) and stronger than the rest. */
const signRank = 3;

/** All calculations of a text, in reading order. A lone number is none. */
export function expressionsIn(text: string): Expression[] {
  const tokens = tokenize(text);
  const found: Expression[] = [];
  const holes = { count: 0 };
  for (let at = 0; at < tokens.length; ) {
    const before = holes.count;
    const parser = new Parser(tokens, at, holes);
    const expression = parser.sentence();
    const whole = expression?.type === "binary" || expression?.type === "root";
    if (whole && !breaksOff(tokens[parser.at])) {
      found.push(expression);
      at = parser.at;
    } else {
      holes.count = before;
      at += 1;
    }
  }
  return found;
}

/** `5 + 3 * banana` is not 5 + 3. (A minus sign may be a dash.) */
function breaksOff(next: Token | undefined): boolean {
  return next?.type === "operator" && next.operator !== "-";
}

/** One number, or one calculation, that a person answered or wants used. null: neither is in the text. */
export function valueIn(text: string): Expression | null {
  const [whole] = expressionsIn(text);
  if (whole) return whole;
  const tokens = tokenize(text);
  const at = tokens.findIndex((token) => token.type === "number");
  const found = tokens[at];
  if (found?.type !== "number") return null;
  const sign = tokens[at - 1];
  const negative = sign?.type === "operator" && sign.operator === "-";
  return { type: "number", value: negative ? -found.value : found.value };
}

/** Precedence climbing. Each method returns null, at an unspecified place, when what it looks for is not there. */
class Parser {
  at: number;
  readonly #tokens: readonly Token[];
  readonly #holes: { count: number };

  constructor(tokens: readonly Token[], at: number, holes: { count: number }) {
    this.#tokens = tokens;
    this.at = at;
    this.#holes = holes;
  }

  /** `2 + 3, times 4`: a comma, `then` or `and` before an operator closes all that stands before it. */
  sentence(): Expression | null {
    let left = this.#climb(0);
    while (left) {
      const step = this.#step();
      if (!step) break;
      this.at = step.at;
      const right = this.#climb(rank[step.operator] + 1);
      if (!right) break;
      left = this.#climbFrom({ type: "binary", operator: step.operator, left, right }, 0);
    }
    return left;
  }

  /** The operator that goes on after a comma, or a verb (`then add 3`), and where its operand begins. */
  #step(): { operator: Operator; at: number } | null {
    const pause = this.#peek();
    const paused = pause?.type === "comma" || (pause?.type === "joiner" && pause.word === "and");
    const skip = paused ? 1 : 0;
    const and = this.#peek(skip);
    const next = paused && and?.type === "joiner" && and.word === "and" ? skip + 1 : skip;
    const token = this.#peek(next);
    const goesOn = token?.type === "verb" || (paused && token?.type === "operator");
    return goesOn && this.#startsOperand(next + 1)
      ? { operator: token.operator, at: this.at + next + 1 }
      : null;
  }

  #climb(least: number): Expression | null {
    const operand = this.#operand();
    return operand && this.#climbFrom(operand, least);
  }

  #climbFrom(first: Expression, least: number): Expression {
    let left = first;
    for (;;) {
      const token = this.#peek();
      if (token?.type !== "operator" || rank[token.operator] < least) return left;
      const before = this.at;
      this.at += 1;
      const { operator } = token;
      const right = this.#climb(operator === "^" ? rank[operator] : rank[operator] + 1);
      if (!right) {
        this.at = before;
        return left;
      }
      left = { type: "binary", operator, left, right };
    }
  }

  #operand(): Expression | null {
    const token = this.#peek();
    this.at += 1;
    switch (token?.type) {
      case "number":
        return token;
      case "hole":
        this.#holes.count += 1;
        return { type: "hole", nth: this.#holes.count };
      case "open":
        return this.#closed();
      case "root": {
        const of = this.#operand();
        return of && { type: "root", of };
      }
      case "verb":
        return this.#verb(token.operator);
      case "operator":
        return token.operator === "-" ? this.#negative() : null;
      default:
        return null;
    }
  }

  #closed(): Expression | null {
    const inner = this.sentence();
    const closes = this.#peek()?.type === "close";
    this.at += 1;
    return closes ? inner : null;
  }

  #negative(): Expression | null {
    const of = this.#climb(signRank);
    if (of?.type === "number") return { type: "number", value: -of.value };
    return of && { type: "binary", operator: "-", left: { type: "number", value: 0 }, right: of };
  }

  /** `add 3 and 4`, `the sum of 3, 4 and 5`, `subtract 3 from 10`. */
  #verb(operator: Operator): Expression | null {
    let left = this.#climb(0);
    let joined = 0;
    while (left) {
      const link = this.#link();
      if (!link) break;
      this.at += link.length;
      const right = this.#climb(0);
      if (!right) return null;
      const turned = link.word === "from" && operator === "-";
      left = { type: "binary", operator, left: turned ? right : left, right: turned ? left : right };
      joined += 1;
    }
    return joined > 0 ? left : null;
  }

  /** The words between two operands of a verb: `and`, `,`, `, and`, `to`, `by`, `from`, `with`. */
  #link(): { length: number; word: string } | null {
    const first = this.#peek();
    if (first?.type !== "comma" && first?.type !== "joiner") return null;
    const second = this.#peek(1);
    const length = first.type === "comma" && second?.type === "joiner" ? 2 : 1;
    const word = first.type === "joiner" ? first.word : "and";
    return this.#startsOperand(length) ? { length, word } : null;
  }

  #startsOperand(ahead: number): boolean {
    const type = this.#peek(ahead)?.type;
    return type === "number" || type === "hole" || type === "open" || type === "root";
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.at + ahead];
  }
}
