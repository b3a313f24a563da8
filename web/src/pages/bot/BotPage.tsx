import { Page } from "@/app/Page";

export default function BotPage() {
  return <Page title="Bot">{null}</Page>;
}
