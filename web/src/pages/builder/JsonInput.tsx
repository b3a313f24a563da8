import { useState } from "react";
import type { Json } from "@/builder/document";
import { TextArea, type Wired } from "@/design";

interface Props {
  wired: Wired;
  value: Json;
  onValue: (value: Json) => void;
  onWrong: (wrong: string) => void;
}

/** For what no other input fits. */
export function JsonInput({ wired, value, onValue, onWrong }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextArea
      {...wired}
      mono
      rows={4}
      value={typed ?? JSON.stringify(value, null, 1)}
      onChange={(event) => {
        setTyped(event.target.value);
        try {
          onValue(JSON.parse(event.target.value) as Json);
          onWrong("");
        } catch {
          onWrong("This is not JSON yet.");
        }
      }}
      onBlur={() => {
        setTyped(null);
        onWrong("");
      }}
    />
  );
}
