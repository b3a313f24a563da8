import { Page } from "@/app/Page";

export default function DashboardPage() {
  return <Page title="Dashboard">{null}</Page>;
}
