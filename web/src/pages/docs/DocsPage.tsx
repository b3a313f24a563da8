import { queryOptions, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api } from "@/api/client";
import { Page } from "@/app/Page";
import { type Block, groups } from "@/builder/blocks";
import { Button, Empty, ErrorBox, Input, Panel, SkeletonRows } from "@/design";
import { plural } from "@/format";
import { BlockEntry } from "./BlockEntry";
import "./Docs.css";

const blocksQuery = queryOptions({
  queryKey: ["blocks"],
  queryFn: ({ signal }) => api.get("/api/v1/strategies/blocks", { signal }),
  staleTime: Infinity,
});

/** Every part a strategy can be made of, as the server knows it. */
export default function DocsPage() {
  const blocks = useQuery(blocksQuery);
  return (
    <Page title="Blocks" facts="Every part a strategy can be made of, with its parameters, defaults and bounds">
      {blocks.isPending && (
        <Panel>
          <SkeletonRows rows={10} />
        </Panel>
      )}
      {blocks.isError && (
        <ErrorBox title="The catalogue cannot be read" error={blocks.error} onRetry={() => void blocks.refetch()} />
      )}
      {blocks.data && <Reference blocks={blocks.data.items as unknown as Block[]} />}
    </Page>
  );
}

function Reference({ blocks }: { blocks: readonly Block[] }) {
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);
  const found = groups(blocks, wanted);
  const jump = (family: string) => document.getElementById(`family-${family}`)?.scrollIntoView({ block: "start" });
  return (
    <div className="docs">
      <nav className="docs-side" aria-label="Families of blocks">
        <Input
          type="search"
          placeholder={`Search ${plural(blocks.length, "block")}`}
          aria-label="Search blocks"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <ul>
          {found.map((group) => (
            <li key={group.family}>
              <Button look="quiet" size="sm" onClick={() => jump(group.family)}>
                {group.label} <span className="faint">{group.blocks.length}</span>
              </Button>
            </li>
          ))}
        </ul>
      </nav>
      <div className="docs-main">
        {found.map((group) => (
          <section key={group.family} id={`family-${group.family}`} className="docs-family" aria-label={group.label}>
            <h2>{group.label}</h2>
            {group.blocks.map((block) => (
              <BlockEntry key={block.type} block={block} />
            ))}
          </section>
        ))}
        {found.length === 0 && (
          <Empty title="No block is like that" action={<Button onClick={() => setSearch("")}>Show all</Button>}>
            Nothing has “{wanted}” in its name, its other names or its description.
          </Empty>
        )}
      </div>
    </div>
  );
}
