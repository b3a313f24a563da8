import { Page } from "@/app/Page";

export default function DocsPage() {
  return <Page title="Blocks">{null}</Page>;
}
