import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { readDocument, type StrategyDoc, withoutLayout } from "@/builder/document";
import { Button, Dialog, Empty, ErrorBox, Icon, SkeletonRows, Tabs, TextArea, toasts } from "@/design";
import { useBuilder } from "./context";
import { placed } from "./opening";
import { pythonQuery } from "./queries";
import "./CodeDialog.css";

type Form = "json" | "python";

/** The strategy as JSON, which may be changed here, and as Python. */
export function CodeDialog({ rested, onClose }: { rested: StrategyDoc; onClose: () => void }) {
  const { doc } = useBuilder();
  const [form, setForm] = useState<Form>("json");
  return (
    <Dialog title={doc.name} onClose={onClose} wide>
      <Tabs<Form>
        label="Form"
        tabs={[
          { key: "json", label: "JSON" },
          { key: "python", label: "Python" },
        ]}
        picked={form}
        onPick={setForm}
      >
        <div className="code-dialog">
          {form === "json" ? <AsJson onClose={onClose} /> : <AsPython rested={rested} />}
        </div>
      </Tabs>
    </Dialog>
  );
}

function AsJson({ onClose }: { onClose: () => void }) {
  const { doc, dispatch } = useBuilder();
  const whole = JSON.stringify(withoutLayout(doc), null, 2);
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const take = () => {
    try {
      const made = placed(readDocument(typed ?? whole));
      dispatch({ do: "edit", change: () => made });
      onClose();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <TextArea
        mono
        rows={22}
        aria-label="The strategy as JSON"
        aria-invalid={wrong ? true : undefined}
        value={typed ?? whole}
        onChange={(event) => {
          setTyped(event.target.value);
          setWrong("");
        }}
      />
      {wrong && (
        <p className="field-error" role="alert">
          {wrong}
        </p>
      )}
      <div className="code-dialog-acts">
        <Copy text={typed ?? whole} />
        {typed !== null && typed !== whole && (
          <Button look="primary" onClick={take}>
            Take these changes
          </Button>
        )}
      </div>
    </>
  );
}

function AsPython({ rested }: { rested: StrategyDoc }) {
  const { checked } = useBuilder();
  const { data, error, refetch } = useQuery(pythonQuery(rested, checked.sound));
  if (checked.valid === false)
    return (
      <Empty title="Not while there are errors">Once they are mended, the strategy is written in Python here.</Empty>
    );
  if (error) return <ErrorBox error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={8} label="Writing it in Python" />;
  return (
    <>
      <p>The same strategy as a class: save it as a file, and “paddock backtest” takes it as it is.</p>
      <pre className="code-text" tabIndex={0}>
        {data.source}
      </pre>
      <div className="code-dialog-acts">
        <Copy text={data.source} />
      </div>
    </>
  );
}

function Copy({ text }: { text: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toasts.say("Copied.");
    } catch {
      toasts.say("The browser does not let this page copy: mark the text, and copy it by hand.", "bad");
    }
  };
  return (
    <Button icon={<Icon name="copy" />} onClick={() => void copy()}>
      Copy
    </Button>
  );
}
