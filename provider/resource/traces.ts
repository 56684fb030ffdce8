/** By this function the SDK notes a trace with every promise, four for each output, to tell where one was left hanging. */
const NOTED_BY = "debuggablePromise";

/**
 * Until the returned function is called, the traces that the SDK notes for its promises are written when they are read,
 * which is when promises were left hanging. To write each at once, with the sources of its frames looked up, takes a
 * quarter of the time of an `up` that changes nothing (`npm run bench`). All other traces are as ever.
 */
export function deferPromiseTraces(): () => void {
    const write = Error.prepareStackTrace;
    if (write === undefined) {
        // Without source maps a trace costs little.
        return () => undefined;
    }
    Error.prepareStackTrace = (error, frames) =>
        frames[0]?.getFunctionName() === NOTED_BY
            ? { toString: () => String(write(error, frames)) }
            : (write(error, frames) as unknown);
    return () => {
        Error.prepareStackTrace = write;
    };
}
