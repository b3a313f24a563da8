import { useQuery } from "@tanstack/react-query";
import { asApiError } from "@/api/error";
import { sessionQuery } from "@/api/queries";
import { ErrorBox } from "@/design";
import { StartPage } from "@/pages/start/StartPage";
import { PageSkeleton } from "./PageSkeleton";
import { SessionContext, wasSignedIn } from "./session";
import { Shell } from "./Shell";

/** Who is signed in sees the shell, who is not the start page, whatever the address. */
export function App() {
  const { data: session, error, isPending, refetch } = useQuery({ ...sessionQuery, enabled: wasSignedIn() });
  if (session) {
    return (
      <SessionContext value={session}>
        <Shell />
      </SessionContext>
    );
  }
  if (!wasSignedIn()) return <StartPage />;
  if (isPending) return <PageSkeleton />;
  if (asApiError(error).status === 401) return <StartPage />;
  return (
    <main className="page">
      <ErrorBox title="Paddock could not be reached" error={error} onRetry={() => void refetch()} />
    </main>
  );
}
