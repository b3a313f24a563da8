import { asApiError } from "@/api/error";
import { Button } from "./Button";
import "./ErrorBox.css";

/** What was seen, which rule it broke, what to do; and to try again where that helps. */
export function ErrorBox({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  const told = asApiError(error);
  return (
    <div className="error-box" role="alert">
      <p className="error-box-title">{title ?? told.message}</p>
      {title && <p>{told.message}</p>}
      <dl>
        {told.seen && <Line name="Saw" text={told.where ? `${told.seen} (${told.where})` : told.seen} />}
        {told.rule && <Line name="Rule" text={told.rule} />}
        {told.suggestion && <Line name="Try" text={told.suggestion} />}
      </dl>
      {told.problems.length > 0 && (
        <ul>
          {told.problems.slice(0, 8).map((problem) => (
            <li key={`${problem.where}${problem.code}`}>
              <code>{problem.where}</code> {problem.rule}
            </li>
          ))}
        </ul>
      )}
      <div className="error-box-foot">
        {onRetry && (
          <Button size="sm" onClick={onRetry}>
            Try again
          </Button>
        )}
        <code>{told.requestId ? `${told.code} · ${told.requestId}` : told.code}</code>
      </div>
    </div>
  );
}

function Line({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}
