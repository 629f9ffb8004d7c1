/**
 * Keeps ONNX Runtime from sending telemetry to Microsoft, which it does on its own, and from leaving files of that in the temporary
 * folder. It looks at the process's environment when it is loaded: this is called on the first thread, before that, since what a
 * worker thread sets there is its own. Whoever wants it sets the variable to 0.
 */
export const withoutTelemetry = (): void => {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
};
