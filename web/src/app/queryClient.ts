import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/error";

/** What passes is asked again, what is wrong is shown. The stream tells when something is out of date. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failed, error) => failed < 2 && error instanceof ApiError && error.passing,
      retryDelay: (failed) => Math.min(400 * 2 ** failed, 4_000),
    },
    mutations: { retry: false },
  },
});
