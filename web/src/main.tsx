import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadPreferences } from "./app/preferences";
import { queryClient } from "./app/queryClient";
import { router } from "./app/router";
import "./design/fonts.css";
import "./design/tokens.css";
import "./design/base.css";

loadPreferences();

// A page that Back brings as it was left may show what is another's by now.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
