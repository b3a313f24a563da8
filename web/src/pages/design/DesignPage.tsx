import { Page } from "@/app/Page";

export default function DesignPage() {
  return <Page title="Design system">{null}</Page>;
}
