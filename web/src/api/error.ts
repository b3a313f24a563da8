/** What the API says when it does not do what was asked: what was seen, which rule it broke, what to do. */
import type { components } from "./schema";

type Shape = components["schemas"]["ErrorModel"];
export type Problem = components["schemas"]["ProblemModel"];

export class ApiError extends Error {
  readonly kind: string;
  readonly code: string;
  readonly where: string;
  readonly seen: string;
  readonly rule: string;
  readonly suggestion: string;
  readonly problems: readonly Problem[];

  constructor(
    readonly status: number,
    shape: Partial<Shape>,
    readonly requestId = "",
    readonly retryAfterS = 0,
  ) {
    super(shape.message || "The server did not say what went wrong.");
    this.name = "ApiError";
    this.kind = shape.kind ?? "error";
    this.code = shape.code ?? "internal";
    this.where = shape.where ?? "";
    this.seen = shape.seen ?? "";
    this.rule = shape.rule ?? "";
    this.suggestion = shape.suggestion ?? "";
    this.problems = shape.problems ?? [];
  }

  /** No answer came: for a write that means it may have happened. */
  static unreachable(): ApiError {
    return new ApiError(0, {
      kind: "unavailable",
      code: "unreachable",
      message: "The server does not answer.",
      rule: "paddock serve must be running where this page came from",
      suggestion: "it is tried again by itself; a write may have happened, so look before you repeat it",
    });
  }

  /** Worth asking again by itself. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503;
  }
}

export async function errorOf(response: Response): Promise<ApiError> {
  const id = response.headers.get("X-Request-Id") ?? "";
  const after = Number(response.headers.get("Retry-After")) || 0;
  let shape: Partial<Shape> = {};
  try {
    shape = ((await response.json()) as { error?: Partial<Shape> }).error ?? {};
  } catch {
    shape = { message: `The server answered ${response.status} without words.` };
  }
  return new ApiError(response.status, shape, id, after);
}

/** Any failure as the one shape, so that a component shows only this. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(-1, { message: error instanceof Error ? error.message : String(error), code: "internal" });
}
