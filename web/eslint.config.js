import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const FORBIDDEN = [
  {
    selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
    message: "What people wrote is text, never markup.",
  },
];

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  ...tseslint.configs.recommended,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      // It is about the compiler, which is not used.
      "react-hooks/incompatible-library": "off",
      eqeqeq: "error",
      "no-console": "error",
      "no-eval": "error",
      "max-lines": ["error", 260],
      "no-restricted-syntax": ["error", ...FORBIDDEN],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
);
