/** What a process group asks its guardian, one JSON object per line. */
export type GuardianRequest =
  | {
      readonly op: "spawn";
      readonly id: number;
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
      readonly logFile: string;
    }
  | { readonly op: "end" };

/** What the guardian tells. `id` is the request's. */
export type GuardianMessage =
  | { readonly event: "spawned"; readonly id: number; readonly pid: number }
  | { readonly event: "failed"; readonly id: number; readonly message: string }
  | { readonly event: "exited"; readonly id: number; readonly code: number | null; readonly signal: string | null };
