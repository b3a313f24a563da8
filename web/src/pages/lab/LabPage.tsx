import { Page } from "@/app/Page";

export default function LabPage() {
  return <Page title="Backtest lab">{null}</Page>;
}
