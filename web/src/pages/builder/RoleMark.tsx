const SHAPES: Record<string, string> = {
  trigger: "M4 3v10l8-5z",
  condition: "M8 2l6 6-6 6-6-6z",
  logic: "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z",
  action: "M3 3h10v10H3z",
  unknown: "M4 4l8 8M12 4l-8 8",
};

/** The part that a block plays, by its shape. */
export function RoleMark({ role }: { role: string }) {
  const solid = role === "trigger" || role === "action";
  return (
    <svg
      className={`role-mark role-mark-${role}`}
      width={12}
      height={12}
      viewBox="0 0 16 16"
      aria-hidden
      focusable="false"
    >
      <path
        d={SHAPES[role] ?? SHAPES.unknown}
        fill={solid ? "currentColor" : "none"}
        stroke="currentColor"
        strokeWidth={1.6}
        strokeLinejoin="round"
      />
    </svg>
  );
}
