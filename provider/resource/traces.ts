/** By this function the SDK notes a trace with every promise, four for each output, to tell where one was left hanging. */
const NOTED_BY = "debuggablePromise";
/** Of the SDK, or where a transformation throws. What stands below is the same for all traces of one declaration. */
const TOP_FRAMES = 2;

/** In place while a resource is declared. */
export interface DeferredTraces {
    /** An error that the declaration throws, with its trace written: the frames below it are taken from here. */
    written(error: unknown): unknown;
    /** Traces are as they were. */
    restore(): void;
}

/**
 * Until they are restored, a trace is its first frames and then that of the declaration, which is taken once; and the
 * traces that the SDK notes for its promises are written when they are read, which is when promises were left hanging. To
 * take each whole, and to write it at once with the sources of its frames looked up, takes a third of the time of an
 * `up` that changes nothing (`npm run bench`).
 */
export function deferPromiseTraces(): DeferredTraces {
    const { prepareStackTrace: write, stackTraceLimit } = Error;
    if (write === undefined) {
        // Without source maps a trace costs little.
        return { written: (error) => error, restore: () => undefined };
    }
    const declaration: { readonly stack?: string } = {};
    Error.captureStackTrace(declaration, deferPromiseTraces);
    let below: readonly string[] | undefined;
    const readBelow = (): readonly string[] => (below ??= String(declaration.stack).split("\n").slice(1));
    const whole = (error: Error, frames: NodeJS.CallSite[]): unknown =>
        error === declaration || frames.length > TOP_FRAMES
            ? write(error, frames)
            : [String(write(error, frames)), ...readBelow()].join("\n");
    Error.stackTraceLimit = TOP_FRAMES;
    Error.prepareStackTrace = (error, frames) =>
        frames[0]?.getFunctionName() === NOTED_BY
            ? { toString: () => String(whole(error, frames)) }
            : whole(error, frames);
    return {
        written: (error) => {
            if (error instanceof Error) {
                // Node writes a trace when it is first read, and within that no other one.
                readBelow();
                error.stack = String(error.stack);
            }
            return error;
        },
        restore: () => {
            Error.prepareStackTrace = write;
            Error.stackTraceLimit = stackTraceLimit;
        },
    };
}
