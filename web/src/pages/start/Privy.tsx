import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import { signIn } from "@/app/session";
import { Button, ErrorBox } from "@/design";
import type { Ways } from "./enter";
import { subjectOf } from "./handed";

interface Props {
  token: string;
  ways: Ways;
  /** It was shown once, and is good for nothing more: it let somebody in, or another way is taken. */
  onSpent: () => void;
}

/** Goes in with the token that an application handed over. It asks first, or a link could sign people in as somebody else. */
export function Privy({ token, ways, onSpent }: Props) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => signIn(() => api.post("/api/v1/signin/privy", { body: { token }, key: "" })),
    onSuccess: onSpent,
  });
  if (!ways.privy_app_id) {
    return (
      <p className="start-note">An account of Privy was handed over, but this server takes no sign-ins by Privy.</p>
    );
  }
  return (
    <div className="start-way">
      {error ? (
        <>
          <ErrorBox error={error} />
          <p className="start-note">
            Go back to the application that sent you: it gives a new token each time.{" "}
            <Button size="sm" look="quiet" onClick={onSpent}>
              Take another way
            </Button>
          </p>
        </>
      ) : (
        <>
          <p className="start-note">
            An application handed over the account{" "}
            <code className="start-subject">{subjectOf(token) || "of Privy"}</code>. Go on if that is yours.
          </p>
          <Button look="primary" busy={isPending} onClick={() => mutate()}>
            Continue with Privy
          </Button>
        </>
      )}
    </div>
  );
}
