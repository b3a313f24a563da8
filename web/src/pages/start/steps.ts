/** The first run, explained. */
export const STEPS = [
  {
    title: "Build",
    words:
      "Put blocks together, or begin with a template. You read in English what it will do, and see its entries on the chart as you edit.",
  },
  {
    title: "Test",
    words: "Run it over history with fees, slippage and funding on. The result says how much of it to believe.",
  },
  {
    title: "Watch",
    words:
      "Deploy it on paper and ask of any bar why it traded, and why not. What it does is written down before it is done.",
  },
] as const;
