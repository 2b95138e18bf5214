/** All keys on one small sheet. */
import { Button } from "../parts/button.tsx";
import { allKeys } from "../parts/keyboard.ts";
import { Sheet } from "../parts/sheet.tsx";

export function KeysSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet label="Keys" kind="centre" onClose={onClose}>
      <header className="sheet-head">
        <h2>Keys</h2>
        <Button look="quiet" onPress={onClose}>
          Close
        </Button>
      </header>
      <dl className="keys">
        {allKeys.map(([key, words]) => (
          <div key={words}>
            <dt>
              {key.split(/\s+/).map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
