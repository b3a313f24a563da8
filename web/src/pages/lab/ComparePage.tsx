import { Page } from "@/app/Page";

export default function ComparePage() {
  return <Page title="Compare">{null}</Page>;
}
