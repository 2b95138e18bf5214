/** What every store promises; run on each implementation. */
import { describe } from "vitest";
import type { Store } from "../../src/core/ports/store.ts";
import { commitContract } from "./store-commit.contract.ts";
import { deliveryContract } from "./store-delivery.contract.ts";
import { forgetContract } from "./store-forget.contract.ts";
import { listContract } from "./store-list.contract.ts";
import { orderContract } from "./store-order.contract.ts";
import { recordContract } from "./store-record.contract.ts";
import { shapesContract } from "./store-shapes.contract.ts";
import { workContract } from "./store-work.contract.ts";

/** `open`: a store of its own for each call, without any record; whoever passes it closes it after each test. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the store in ${name}`, () => {
    commitContract(open);
    shapesContract(open);
    workContract(open);
    deliveryContract(open);
    listContract(open);
    recordContract(open);
    orderContract(open);
    forgetContract(open);
  });
}
