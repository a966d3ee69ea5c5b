export async function buildBinaries(_options: {
  folder: string;
  env: Readonly<Record<string, string | undefined>>;
  log: (line: string) => void;
}): Promise<void> {
  throw new Error("not yet");
}
