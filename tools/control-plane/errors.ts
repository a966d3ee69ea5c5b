/** A control plane can't be built or started; the message says what to do about it, in one sentence where possible. */
export class ControlPlaneError extends Error {
  override readonly name: string = "ControlPlaneError";
}

/** Something that this machine needs and doesn't have; the message is one sentence that says what to install. */
export class MissingPrerequisiteError extends ControlPlaneError {
  override readonly name = "MissingPrerequisiteError";
}

/** A program can't be started, or ended although it was needed. */
export class ProcessError extends ControlPlaneError {
  override readonly name = "ProcessError";
}

/** The API server refused a request of the tools themselves, or gave no answer in time (`status` 0). */
export class RequestError extends ControlPlaneError {
  override readonly name = "RequestError";
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
