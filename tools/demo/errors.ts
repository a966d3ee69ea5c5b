/** The demo can't go on; the message is for the person who runs it. */
export class DemoError extends Error {
  override readonly name: string = "DemoError";
}

/** The manifests can't be read, or the API server refuses them. */
export class ManifestError extends DemoError {
  override readonly name = "ManifestError";
}

/** A person ended the demo before it had done what was asked. */
export class InterruptedError extends DemoError {
  override readonly name = "InterruptedError";
}
