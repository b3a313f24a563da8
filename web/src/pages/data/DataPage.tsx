import { Page } from "@/app/Page";

export default function DataPage() {
  return <Page title="Data">{null}</Page>;
}
