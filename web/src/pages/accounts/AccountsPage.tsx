import { Page } from "@/app/Page";

export default function AccountsPage() {
  return <Page title="Accounts">{null}</Page>;
}
