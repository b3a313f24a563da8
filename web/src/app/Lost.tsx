import { Link } from "@tanstack/react-router";
import { Empty } from "@/design";

export function Lost() {
  return (
    <Empty title="There is no such page" action={<Link to="/">Go to the dashboard</Link>}>
      The address may be of something that was put away, or mistyped.
    </Empty>
  );
}
