/** A test that fails under wine, and not on Windows. */
export interface KnownFailure {
    /** How its title begins, with those of the groups around it. */
    readonly test: string;
    /** What of wine is the cause; each shows without this project. */
    readonly cause: string;
}

/** `fs.symlinkSync(existingFolder, newPath, "junction")` in a Node that has loaded nothing else. */
const NO_JUNCTION = "wine 8 makes no junctions (ENOTSUP)";

export const KNOWN: readonly KnownFailure[] = [
    { test: "a run of the tests: ", cause: NO_JUNCTION },
    { test: "examples/with-tls-provider, ", cause: NO_JUNCTION },
    { test: "examples/with-vercel-provider, ", cause: NO_JUNCTION },
];
